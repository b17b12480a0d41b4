import { freezesOfRun } from '../../domain/describe-freeze.ts'
import { button, reasonForm } from './forms.ts'
import { renderBlast } from './render-blast.ts'
import { renderPreview } from './render-preview.ts'
import { questionForms, renderQuestions } from './render-questions.ts'
import { html } from './html.ts'
import { PROPOSAL_ENDINGS } from '../../domain/proposal-endings.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { DecisionView, IncidentView, PlanStepView, ProposalView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

const HASH_SHOWN = 8

/** What would run comes from the plan's own row, never from prose; the hash shown is the hash that a press sends. */
export function renderProposal(view: IncidentView, proposal: ProposalView, context: CardContext): SafeHtml {
  const missing = Math.max(0, proposal.required.approvals - proposal.approvalsCounted)
  const isPending = proposal.state === 'pending'
  return html`<section class="proposal" id="${proposal.id}" aria-label="Proposal" data-state="${proposal.state}">
    <h2>Proposal ${proposal.id}: ${proposal.playbookTitle}</h2>
    <p class="facts">
      <span class="state" data-state="${proposal.state}">${proposal.state}</span>
      <span>tier ${proposal.tier}</span>
      <span>asked for by ${proposal.requesterName}</span>
      <span>plan <code>${proposal.planHash.slice(0, HASH_SHOWN)}</code></span>
      ${proposal.state === 'pending' ? html`<span>expires ${renderTime(proposal.expiresAt, context.now)}</span>` : ''}
    </p>
    ${
      isPending
        ? renderPlan(proposal, context)
        : html`<details>
            <summary>The plan</summary>
            ${renderPlan(proposal, context)}
          </details>`
    }
    ${renderDecisions(proposal, missing, context)} ${renderQuestions(proposal.questions, context)}
    ${renderButtons(view, proposal, context)}
  </section>`
}

/** Unfolded while it is to be decided; afterwards the run tells what is done. */
function renderPlan(proposal: ProposalView, context: CardContext): SafeHtml {
  return html`${
      proposal.reasons.length === 0
        ? ''
        : html`<ul class="reasons">
            ${proposal.reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    <ol class="steps">
      ${proposal.steps.map((step) => renderStep(step, context))}
    </ol>
    <p>${proposal.reversible ? 'Can be undone.' : 'Hard to undo.'}</p>
    ${renderBlast(proposal.blast)}
    <ul class="fine">
      ${proposal.tierReasons.map((reason) => html`<li>${reason}</li>`)}
    </ul>`
}

function renderStep(step: PlanStepView, context: CardContext): SafeHtml {
  return html`<li>
    ${step.sentence} ${step.asks === null ? '' : renderAsks(step.asks)} ${renderPreview(step, context)}
    <details>
      <summary><code>${step.uses}</code> on ${step.target}</summary>
      <pre>
${JSON.stringify(step.with, null, 2)}${step.before === null ? '' : `\nstate before: ${JSON.stringify(step.before, null, 2)}`}${step.undo === null ? '' : `\nundo: ${step.undo}`}</pre>
    </details>
  </li>`
}

/** Who has to approve there before anything behind it runs. */
function renderAsks({ tier, rules, canApprove }: NonNullable<PlanStepView['asks']>): SafeHtml {
  const who = canApprove.length === 0 ? 'Nobody in the directory can.' : `Can now: ${canApprove.join(', ')}.`
  return html`<p class="fine">tier ${tier}. ${rules.join(' ')} ${who}</p>`
}

function renderDecisions(proposal: ProposalView, missing: number, context: CardContext): SafeHtml {
  const wants = `${String(proposal.approvalsCounted)} of ${String(proposal.required.approvals)} approvals`
  return html`<h3>Decisions</h3>
    ${proposal.state === 'pending' ? html`<p class="fine">${proposal.required.rules.join(' ')}</p>` : ''}
    ${
      proposal.decisions.length === 0
        ? html`<p>Nobody has decided yet.</p>`
        : html`<ul class="decisions">
            ${proposal.decisions.map((decision) => renderDecision(decision, context))}
          </ul>`
    }
    ${proposal.state === 'pending' ? html`<p><strong>${wants}</strong>${missing === 0 ? '' : `; can approve now: ${proposal.canApprove.length === 0 ? 'nobody' : proposal.canApprove.join(', ')}`}</p>` : ''}
    ${proposal.state === 'pending' ? '' : renderEnding(proposal, proposal.state, context)}`
}

/** Each ending as what it is, and why. */
function renderEnding(
  { closedAt, closedReason }: ProposalView,
  state: Exclude<ProposalView['state'], 'pending'>,
  { now }: CardContext,
): SafeHtml {
  const at = closedAt === null ? '' : html` at ${renderTime(closedAt, now)}`
  return html`<p>
    <strong>${PROPOSAL_ENDINGS[state]}</strong>${at}${closedReason === null ? '' : `: ${closedReason}`}
  </p>`
}

export function renderDecision(decision: DecisionView, context: CardContext): SafeHtml {
  const did = decision.decision === 'approve' ? 'approved' : 'rejected'
  return html`<li>
    ${decision.personName} ${did} on ${decision.surface},
    ${renderTime(decision.at, context.now)}${decision.withdrawn ? ', since withdrawn' : ''}${decision.reason === null ? '' : html`: ${decision.reason}`}
  </li>`
}

function renderButtons(view: IncidentView, proposal: ProposalView, context: CardContext): SafeHtml {
  const { csrf } = context
  const isPending = proposal.state === 'pending'
  if (csrf === undefined || !(isPending || isBeforeItsStart(view, proposal))) return html``
  const hidden = { incidentId: view.id, proposalId: proposal.id, planHash: proposal.planHash }
  return html`<div class="buttons">
    ${isPending && proposal.symptomGone ? html`<p class="notice">No alert of this incident fires any more. Approving asks a second time.</p>` : ''}
    ${isPending && proposal.tier !== 4 ? button({ csrf, verb: 'approve', label: 'Approve', look: 'primary', hidden }) : ''}
    ${reasonForm({ csrf, verb: 'reject', label: 'Reject', prompt: 'Why', hidden })}
    ${isPending && mayBreakGlass(view, proposal) ? reasonForm({ csrf, verb: 'breakglass', label: 'Break glass', prompt: 'Runs this plan at once without its approvals, tells everyone who was not waited for, and needs a review. Why', hidden }) : ''}
    ${isPending ? questionForms(proposal.questions, csrf, { incidentId: view.id, proposalId: proposal.id }) : ''}
    ${hasApproved(proposal, context) ? button({ csrf, verb: 'withdraw', label: 'Withdraw my approval', look: 'plain', hidden }) : ''}
  </div>`
}

/** Rejection wins, and an approval can be taken back, until the first step starts. */
function isBeforeItsStart(view: IncidentView, proposal: ProposalView): boolean {
  if (proposal.state !== 'approved') return false
  return view.run?.proposalId !== proposal.id || view.run.state === 'queued'
}

function mayBreakGlass(view: IncidentView, proposal: ProposalView): boolean {
  return proposal.canBreakGlass && !proposal.symptomGone && freezesOfRun(view).length === 0 && view.mode !== 'observe'
}

export function hasApproved(proposal: Pick<ProposalView, 'decisions'>, { personId }: CardContext): boolean {
  return proposal.decisions.some(
    (decision) => decision.person === personId && decision.decision === 'approve' && !decision.withdrawn,
  )
}
