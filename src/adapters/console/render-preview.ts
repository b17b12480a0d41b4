import { html } from './html.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { PlanStepView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

/** What a step would change, as found out beside the plan: text from outside, shown letter by letter. */
export function renderPreview(step: PlanStepView, context: CardContext): SafeHtml {
  const { preview, beforeText } = step
  return html`<dl class="preview">
    ${
      beforeText === ''
        ? ''
        : html`<dt>before</dt>
            <dd>${beforeText}</dd>`
    }
    ${(preview?.rows ?? []).map(
      ({ label, text }) =>
        html`<dt>${label}</dt>
          <dd>${text}</dd>`,
    )}
    ${
      preview === null
        ? ''
        : html`<dt>source</dt>
            <dd class="fine">
              ${preview.facts.source}, ${renderTime(preview.gatheredAt, context.now)}; not part of what is approved
            </dd>`
    }
  </dl>`
}
