import { html } from './html.ts'
import { renderCard } from './render-card.ts'
import type { CardContext } from './card-context.ts'
import type { Reply } from '../../orchestrator/index.ts'
import type { SafeHtml } from './html.ts'

/** The answer to what was typed or pressed; refusals say so in words, not by colour alone. */
export function renderReply(reply: Reply, context: CardContext): SafeHtml {
  return html`<section class="reply" data-kind="${reply.kind}" role="status" aria-label="Answer">
    <p>${reply.kind === 'refused' ? html`<strong>Refused.</strong> ` : ''}${reply.text}</p>
    ${
      reply.rows.length === 0
        ? ''
        : html`<dl>
            ${reply.rows.map(
              (row) =>
                html`<dt>${row.label}</dt>
                  <dd>${row.text}</dd>`,
            )}
          </dl>`
    }
    ${reply.preformatted === null ? '' : html`<pre>${reply.preformatted}</pre>`}
    ${reply.card === null ? '' : renderCard(reply.card, context)}
  </section>`
}
