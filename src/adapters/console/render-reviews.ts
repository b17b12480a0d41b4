import { html } from './html.ts'
import { renderTime } from './times.ts'
import type { AuditReview } from '../../domain/audit-review.ts'
import type { SafeHtml } from './html.ts'

/** The daily reviews: of each what wants a look first, the newest opened. */
export function renderReviews(reviews: readonly AuditReview[], now: Date): SafeHtml {
  return html`<section aria-label="Daily reviews">
    <h2>Daily reviews</h2>
    ${reviews.length === 0 ? html`<p>None was made yet.</p>` : reviews.map((review, index) => renderReview(review, now, index === 0))}
  </section>`
}

function renderReview({ day, at, from, to, findings }: AuditReview, now: Date, isOpen: boolean): SafeHtml {
  const concerns = findings.filter(({ isConcern }) => isConcern)
  const rest = findings.filter(({ isConcern }) => !isConcern)
  const verdict = concerns.length === 0 ? 'nothing wants a look' : `${concerns.length} want a look`
  return html`<details ${isOpen ? html`open` : ''}>
    <summary>${day}: entries ${from} to ${to}, ${verdict} <span class="fine">${renderTime(at, now)}</span></summary>
    <ul>
      ${concerns.map(({ text }) => html`<li><strong>Look: </strong>${text}</li>`)}
      ${rest.map(({ text }) => html`<li>${text}</li>`)}
    </ul>
  </details>`
}
