import { COUNTERSIGN } from '../../domain/actor.ts'
import { countApprovals } from './who-can-approve.ts'
import { describeStep } from '../../summaries/describe-step.ts'
import type { Decision, Proposal } from '../../domain/approval.ts'
import type { DecisionView, PlanStepView, ProposalView } from '../../domain/incident-view.ts'
import type { Directory } from '../../ports/directory.ts'
import type { PlanStep } from '../../domain/plan.ts'
import type { StepKnowledge } from '../../summaries/describe-step.ts'

export function viewProposal(
  proposal: Proposal,
  decisions: readonly Decision[],
  directory: Directory,
  onCall: readonly string[],
  known: StepKnowledge,
): ProposalView {
  const { plan, required, requester } = proposal
  const { counted, canApprove } = countApprovals(required, requester, decisions, directory.list(), onCall)
  return {
    id: proposal.id,
    state: proposal.state,
    playbook: plan.playbook.name,
    playbookTitle: plan.playbook.title,
    playbookDigest: plan.playbook.digest,
    tier: proposal.tier,
    tierReasons: proposal.tierReasons,
    planDigest: proposal.planDigest,
    planHash: proposal.planHash,
    steps: plan.steps.map((step) => viewStep(step, known)),
    disturbed: plan.risk.disturbed,
    reversible: plan.risk.reversible,
    requester,
    requesterName: nameOf(requester, directory),
    reasons: proposal.reasons,
    required,
    decisions: decisions.map(viewDecision),
    approvalsCounted: counted,
    canApprove: proposal.state === 'pending' ? canApprove.map((person) => person.name) : [],
    createdAt: proposal.createdAt,
    expiresAt: proposal.expiresAt,
    closedAt: proposal.closedAt,
    closedReason: proposal.closedReason,
    symptomGone: proposal.symptomGone,
  }
}

export function nameOf(personId: string, directory: Directory): string {
  if (personId === COUNTERSIGN.id) return COUNTERSIGN.name
  return directory.findById(personId)?.name ?? personId
}

function viewStep(step: PlanStep, known: StepKnowledge): PlanStepView {
  return {
    id: step.id,
    uses: step.uses,
    with: step.with,
    target: `${step.target.system} ${step.target.resource}`,
    before: step.before,
    isVerification: step.isVerification,
    undo: step.undo === null ? null : describeStep({ ...step.undo, before: null }, known),
    sentence: describeStep(step, known),
  }
}

function viewDecision(decision: Decision): DecisionView {
  return {
    person: decision.personId,
    personName: decision.personName,
    decision: decision.decision,
    reason: decision.reason,
    at: decision.at,
    surface: decision.surface,
    withdrawn: decision.withdrawnAt !== null,
  }
}
