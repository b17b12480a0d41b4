import { button, reasonForm } from './forms.ts'
import { describeStepOutcome } from '../../domain/describe-step-outcome.ts'
import { html } from './html.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import { hasApproved, renderDecision } from './render-proposal.ts'
import { questionForms } from './render-questions.ts'
import type {
  IncidentView,
  RunStepView,
  RunView,
  StepApprovalView,
  StepEndingView,
} from '../../domain/incident-view.ts'
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
    ${run.approval === null ? '' : renderAsked(view, run, run.approval, context)}
    <ol class="steps">
      ${run.steps.map((step) => renderStep(view, run, step, context))}
    </ol>
    ${context.csrf === undefined ? '' : renderButtons(view, run, context.csrf)}
  </section>`
}

/** A nested approval, decided like a plan: the hash shown is the hash that a press sends. */
function renderAsked(view: IncidentView, run: RunView, asked: StepApprovalView, context: CardContext): SafeHtml {
  const { csrf, now } = context
  const hidden = { incidentId: view.id, proposalId: run.proposalId, planHash: asked.hash }
  const count = `${String(asked.approvalsCounted)} of ${String(asked.required.approvals)} approvals`
  const who = asked.canApprove.length === 0 ? 'nobody' : asked.canApprove.join(', ')
  return html`<section class="asked" aria-label="Approval of step ${asked.stepId}">
    <h3>Step ${asked.stepId} asks: ${asked.title}</h3>
    <p class="facts">
      <span>tier ${asked.tier}</span> <span>step <code>${asked.hash.slice(0, 8)}</code></span>
      <span>expires ${renderTime(asked.expiresAt, now)}</span>
    </p>
    <p class="fine">${asked.required.rules.join(' ')}</p>
    <ul class="decisions">
      ${asked.decisions.map((decision) => renderDecision(decision, context))}
    </ul>
    <p><strong>${count}</strong>; can approve now: ${who}</p>
    ${
      csrf === undefined
        ? ''
        : html`<div class="buttons">
            ${button({ csrf, verb: 'approve', label: 'Approve', look: 'primary', hidden })}
            ${reasonForm({ csrf, verb: 'reject', label: 'Reject', prompt: 'Why', hidden })}
            ${questionForms(asked.questions, csrf, { incidentId: view.id, proposalId: run.proposalId })}
            ${hasApproved(asked, context) ? button({ csrf, verb: 'withdraw', label: 'Withdraw my approval', look: 'plain', hidden }) : ''}
          </div>`
    }
  </section>`
}

function renderStep(view: IncidentView, run: RunView, step: RunStepView, context: CardContext): SafeHtml {
  const hidden = { incidentId: view.id, proposalId: run.proposalId, stepId: step.id }
  const { csrf } = context
  return html`<li>
    <span class="state" data-state="${step.ending?.state ?? step.outcome ?? step.state}"
      >${describeStepOutcome(step)}</span
    >
    ${step.id}
    <code>${step.uses}</code
    >${step.direction === 'undo' ? ' (undo)' : ''}${step.attempts > 1 ? `, ${String(step.attempts)} attempts` : ''}
    ${step.ending === null ? renderDetail(step) : renderEnding(step.ending, context)}
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

function renderDetail({ detail }: RunStepView): SafeHtml {
  return detail === null ? html`` : html`<br /><span class="fine">${detail}</span>`
}

/** A nested approval that is over: when, and why. */
function renderEnding({ at, reason }: StepEndingView, { now }: CardContext): SafeHtml {
  const when = at === null ? '' : html`at ${renderTime(at, now)}`
  return html`<br /><span class="fine">${when}${reason === null ? '' : `: ${reason}`}</span>`
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
