import { SURFACE_WORDS } from '../../domain/surface.ts'
import { button, reasonForm } from './forms.ts'
import { html } from './html.ts'
import { renderReply } from './render-reply.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { ConfigurationChangeView } from '../../domain/configuration-view.ts'
import type { Reply } from '../../orchestrator/index.ts'
import type { SafeHtml } from './html.ts'

/** One change of policies and playbooks, every line of it. */
export function renderConfigurationPage(
  view: ConfigurationChangeView,
  context: CardContext,
  reply: Reply | null,
): SafeHtml {
  return html`<h1>${view.id}: policies and playbooks</h1>
    ${reply === null ? '' : renderReply(reply, context)}
    <p class="facts">
      <span>${stateWords(view)}</span>
      <span>version <code>${view.digest.slice(0, 8)}</code></span>
      <span>found by ${view.seenBy} ${renderTime(view.createdAt, context.now)}</span>
    </p>
    <ul>
      ${view.files.map((file) => html`<li>${file.kind} ${file.change}: <code>${file.path}</code> (+${file.added} −${file.removed})</li>`)}
    </ul>
    <pre>${view.diff}</pre>
    <ul>
      ${view.decisions.map(
        (one) =>
          html`<li>
            <strong>${one.personName}</strong>
            ${one.decision === 'approve' ? 'approves' : 'rejects'}${one.reason === null ? '' : `: ${one.reason}`} in
            ${SURFACE_WORDS[one.surface]} ${renderTime(one.at, context.now)}
          </li>`,
      )}
    </ul>
    ${view.canDecide.length === 0 ? '' : html`<p>Can approve: ${view.canDecide.join(', ')}.</p>`}
    ${view.state === 'pending' && context.csrf !== undefined ? renderButtons(view, context.csrf) : ''}`
}

function stateWords({ state, missing, closedReason }: ConfigurationChangeView): string {
  if (state === 'pending') {
    return `${String(missing)} of 2 approvals are missing; until then the accepted version decides`
  }
  return closedReason === null ? state : `${state}: ${closedReason}`
}

function renderButtons(view: ConfigurationChangeView, csrf: string): SafeHtml {
  const hidden = { incidentId: '', proposalId: view.id, planHash: view.digest }
  return html`<p>
    ${button({ csrf, verb: 'approve', label: 'Approve', look: 'primary', hidden })}
    ${reasonForm({ csrf, verb: 'reject', label: 'Reject', prompt: 'Why', hidden })}
  </p>`
}
