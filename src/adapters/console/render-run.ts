import { button, reasonForm } from './forms.ts'
import { html } from './html.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { IncidentView, RunStepView, RunView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

const MOVING: readonly string[] = ['running', 'waiting']

export function renderRun(view: IncidentView, run: RunView, context: CardContext): SafeHtml {
  return html`<section class="run" id="${run.id}" aria-label="Run" data-state="${run.state}">
    <h2>${run.direction === 'undo' ? 'Undo' : 'Run'} ${run.id}</h2>
    <p class="facts">
      <span class="state" data-state="${run.state}">${run.state}</span>
      ${run.startedAt === null ? '' : html`<span>started ${renderTime(run.startedAt, context.now)}</span>`}
      ${run.finishedAt === null ? '' : html`<span>ended ${renderTime(run.finishedAt, context.now)}</span>`}
    </p>
    ${run.detail === null ? '' : html`<p>${run.detail}</p>`}
    <ol class="steps">
      ${run.steps.map((step) => renderStep(view, run, step, context))}
    </ol>
    ${context.csrf === undefined ? '' : renderButtons(view, run, context.csrf)}
  </section>`
}

function renderStep(view: IncidentView, run: RunView, step: RunStepView, context: CardContext): SafeHtml {
  const hidden = { incidentId: view.id, proposalId: run.proposalId, stepId: step.id }
  const { csrf } = context
  return html`<li>
    <span class="state" data-state="${step.outcome ?? step.state}">${step.outcome ?? step.state}</span> ${step.id}
    <code>${step.uses}</code
    >${step.direction === 'undo' ? ' (undo)' : ''}${step.attempts > 1 ? `, ${String(step.attempts)} attempts` : ''}
    ${step.detail === null ? '' : html`<br /><span class="fine">${step.detail}</span>`}
    ${
      run.state !== 'unknown' || step.state !== 'unknown' || csrf === undefined
        ? ''
        : html`<div class="buttons">
            ${reasonForm({ csrf, verb: 'settle', label: 'Mark done', prompt: 'How do you know', hidden: { ...hidden, answer: 'done' } })}
            ${reasonForm({ csrf, verb: 'settle', label: 'Retry', prompt: 'Why', hidden: { ...hidden, answer: 'retry' } })}
            ${reasonForm({ csrf, verb: 'settle', label: 'Abort', prompt: 'Why', hidden: { ...hidden, answer: 'abort' } })}
          </div>`
    }
  </li>`
}

function renderButtons(view: IncidentView, run: RunView, csrf: string): SafeHtml {
  const hidden = { incidentId: view.id, proposalId: run.proposalId }
  if (MOVING.includes(run.state)) {
    return html`<div class="buttons">${reasonForm({ csrf, verb: 'stop', label: 'Stop', prompt: 'Why', hidden })}</div>`
  }
  if (run.canUndo) {
    return html`<div class="buttons">${button({ csrf, verb: 'undo', label: 'Undo', look: 'danger', hidden })}</div>`
  }
  return html``
}
