import { html } from './html.ts'
import { renderTime } from './times.ts'
import type { AuditPage } from '../../orchestrator/index.ts'
import type { SafeHtml } from './html.ts'

type Report = AuditPage['glass']

/** Every plan that ran without its quorum, and what became of its review: the report that an auditor asks for. */
export function renderGlassReport(report: Report, now: Date): SafeHtml {
  const { total, unreviewed, overdue, uses } = report
  if (total === 0) {
    return html`<h2>Break-glass</h2>
      <p>The glass was never broken.</p>`
  }
  return html`<h2>Break-glass</h2>
    <p class="${overdue > 0 ? 'notice' : 'facts'}">
      ${total} uses, ${total - unreviewed} reviewed, ${unreviewed} not reviewed, ${overdue} of them overdue
    </p>
    <table>
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>What</th>
          <th>Why</th>
          <th>Not waited for</th>
          <th>Review</th>
        </tr>
      </thead>
      <tbody>
        ${uses.map((use) => renderUse(use, now))}
      </tbody>
    </table>
    ${uses.length < total ? html`<p class="fine">The newest ${uses.length} are shown; the audit log has them all, as break_glass.used.</p>` : ''}`
}

function renderUse(use: Report['uses'][number], now: Date): SafeHtml {
  return html`<tr>
    <td>${renderTime(use.at, now)}</td>
    <td>${use.personName} (${use.personId})</td>
    <td><a href="/incidents/${use.incidentId}">${use.incidentId}</a> ${use.proposalId}</td>
    <td>${use.reason}</td>
    <td>${use.skipped.length === 0 ? 'nobody' : use.skipped.join(', ')}</td>
    <td>${renderReview(use, now)}</td>
  </tr>`
}

function renderReview({ review, reviewDue, isOverdue }: Report['uses'][number], now: Date): SafeHtml {
  if (review === null) {
    return html`${isOverdue ? html`<strong>overdue</strong>, was due` : 'waits, due'} ${renderTime(reviewDue, now)}`
  }
  return html`${review.verdict}, by ${review.reviewerName}, ${renderTime(review.at, now)}: ${review.text}`
}
