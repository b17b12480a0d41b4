import { html } from './html.ts'
import { reasonForm } from './forms.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { GlassView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

/** A plan that ran without its quorum, and what somebody else says of it. */
export function renderGlass(incidentId: string, glass: GlassView, context: CardContext): SafeHtml {
  const { proposalId, personName, reason, at, review } = glass
  return html`<section class="glass" aria-label="Break-glass">
    <h2>BREAK-GLASS</h2>
    <p class="notice">
      ${personName} ran ${proposalId} without its approvals, ${renderTime(at, context.now)}: ${reason}
    </p>
    ${
      review === null
        ? renderWaiting(incidentId, glass, context)
        : html`<p>
            Reviewed: ${review.verdict}, by ${review.reviewerName}, ${renderTime(review.at, context.now)}:
            ${review.text}
          </p>`
    }
  </section>`
}

function renderWaiting(incidentId: string, glass: GlassView, context: CardContext): SafeHtml {
  const { csrf, now } = context
  const may =
    glass.canReview.length === 0
      ? 'nobody in the directory may review it'
      : `may review it: ${glass.canReview.join(', ')}`
  const say = (answer: 'justified' | 'unjustified') => {
    const hidden = { incidentId, proposalId: glass.proposalId, answer }
    return reasonForm({ csrf: csrf ?? '', verb: 'breakglass', label: `Review: ${answer}`, prompt: 'Why', hidden })
  }
  return html`<p>
      <strong>Not reviewed</strong>, due ${renderTime(glass.reviewDue, now)}; ${may}. The incident cannot be resolved
      before.
    </p>
    ${csrf === undefined ? '' : html`<div class="buttons">${say('justified')} ${say('unjustified')}</div>`}`
}
