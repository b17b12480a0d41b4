import { html } from './html.ts'
import { renderGlassReport } from './render-glass-report.ts'
import { renderReviews } from './render-reviews.ts'
import { renderTime } from './times.ts'
import type { AuditPage } from '../../orchestrator/index.ts'
import type { Json } from '../../kernel/json.ts'
import type { SafeHtml } from './html.ts'

/** The log as people read it, with how far it is numbered and what protects it. */
export function renderAuditPage(page: AuditPage, now: Date): SafeHtml {
  const { standing } = page
  return html`<h1>Audit</h1>
    <p class="facts">
      <span>${standing.size} entries numbered and chained</span>
      <span
        >${standing.waiting === 0 ? 'none waits' : `${standing.waiting} wait, the oldest for ${standing.lagSeconds.toFixed(1)} s`}</span
      >
      <span
        >${standing.isProtected ? 'this service may append and read, not change' : 'this service could change it: only the checkpoints protect it'}</span
      >
    </p>
    <p class="fine">
      Verify it elsewhere: <code>countersign audit export --out log.jsonl</code>, then
      <code>countersign audit verify log.jsonl --checkpoints log.checkpoints.jsonl --key audit.pub</code>
    </p>
    ${renderReviews(page.reviews, now)} ${renderGlassReport(page.glass, now)}
    <table>
      <thead>
        <tr>
          <th>Number</th>
          <th>When</th>
          <th>Event</th>
          <th>Who</th>
          <th>On what</th>
          <th>Outcome</th>
          <th>Hash</th>
        </tr>
      </thead>
      <tbody>
        ${page.items.map((item) => {
          const { event, outcome, reasonCode } = item.entry
          return html`<tr>
            <td>${item.seq}</td>
            <td>${renderTime(item.at, now)}</td>
            <td>${text(event)}</td>
            <td>${text(member(item.entry['actor'], 'name'))}</td>
            <td>${onWhat(item.entry)}</td>
            <td>${text(outcome)}${reasonCode === undefined ? '' : ` (${text(reasonCode)})`}</td>
            <td><code>${item.hash?.slice(0, 12)}</code></td>
          </tr>`
        })}
      </tbody>
    </table>
    ${page.next === null ? '' : html`<p><a href="/audit?after=${page.next}">Later entries</a></p>`}`
}

function onWhat(entry: Readonly<Record<string, Json>>): string {
  const ids = [entry['incidentId'], entry['proposalId'], entry['runId'], entry['stepId']]
    .map(text)
    .filter((id) => id !== '')
  return ids.length > 0 ? ids.join(' ') : text(member(entry['target'], 'resource'))
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, Json>)[name]
    : undefined
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
