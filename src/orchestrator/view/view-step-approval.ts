import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { StepApprovalView, StepEndingView } from '../../domain/incident-view.ts'
import type { Attempt, Run } from '../../domain/run.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { StepApproval, StepDecision } from '../../domain/step-approval.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { findFatigued } from '../../executor/find-fatigued.ts'
import { findForbidden } from '../../executor/find-forbidden.ts'
import { stepQuorumFacts } from '../../executor/step-quorum.ts'
import { countQuorum, listEligibleApprovers } from '../../policy/approval-quorum.ts'
import type { Deps } from '../dependencies.ts'
import { modeFor, servicesOfPlan } from '../proposals/mode-and-freeze.ts'
import { requirementNow } from './requirement-now.ts'
import { namesOnCallFirst, viewDecision } from './view-proposal.ts'
import { viewQuestions } from './view-questions.ts'

/** A nested approval that waits, as the database has it. */
export interface AskedStep {
  readonly approval: StepApproval
  readonly decisions: readonly StepDecision[]
  readonly fatigued: ReadonlySet<string>
  readonly questions: readonly ProposalQuestion[]
}

/** Every nested approval that a run has asked for. */
export interface RunApprovals {
  readonly approvals: readonly StepApproval[]
  readonly decisions: readonly StepDecision[]
  /** The one that waits. */
  readonly asked: AskedStep | undefined
}

export const NO_APPROVALS: RunApprovals = { approvals: [], decisions: [], asked: undefined }

/** A run whose ledger has no nested approval costs no query. */
export async function readRunApprovals(deps: Deps, run: Run, attempts: readonly Attempt[]): Promise<RunApprovals> {
  if (!attempts.some(({ uses }) => uses === 'approval')) return NO_APPROVALS
  const { stepApprovals } = deps.stores
  const [approvals, decisions] = await Promise.all([stepApprovals.list(run.id), stepApprovals.listDecisions(run.id)])
  const waiting = run.state === 'waiting' ? approvals.find(({ state }) => state === 'pending') : undefined
  const asked = waiting === undefined ? undefined : await readAskedStep(deps, waiting, decisions)
  return { approvals, decisions, asked }
}

async function readAskedStep(
  { stores, settings }: Deps,
  approval: StepApproval,
  all: readonly StepDecision[],
): Promise<AskedStep> {
  const { runId, stepId } = approval
  const decisions = all.filter((decision) => decision.stepId === stepId)
  const [said, fatigued] = await Promise.all([
    stores.questions.list(approval.proposalId),
    findFatigued(stores.decisions, decisions, settings.fatigue),
  ])
  const questions = said.filter(({ step }) => step?.runId === runId && step.stepId === stepId)
  return { approval, decisions, questions, fatigued }
}

/** How each that no longer waits ended, by its step. */
export function viewStepEndings({ approvals, decisions }: RunApprovals): ReadonlyMap<string, StepEndingView> {
  return new Map(
    approvals.flatMap(({ stepId, state, closedAt, closedReason }) => {
      if (state === 'pending') return []
      const people = decisions
        .filter((one) => one.stepId === stepId && one.decision === 'approve' && one.withdrawnAt === null)
        .map(({ personName }) => personName)
      return [[stepId, { state, at: closedAt, reason: closedReason, people }]]
    }),
  )
}

interface Facts extends AskedStep {
  readonly proposal: Proposal
  readonly incident: Incident
  readonly onCall: readonly string[]
  readonly deps: Deps
}

export function viewStepApproval({ deps, incident, onCall, ...asked }: Facts): StepApprovalView {
  const { approval, proposal, decisions } = asked
  const mode = modeFor(deps, servicesOfPlan(deps, incident, proposal.plan))
  const quorumFacts = stepQuorumFacts({
    ...asked,
    people: deps.directory.list(),
    commander: incident.assignments['commander'] ?? null,
    owner: findService(deps.catalog, proposal.plan.service)?.owner ?? null,
    forbidden: findForbidden(deps, asProposalOfStep(proposal, approval), decisions, mode),
  })
  const { stepId, title, tier, hash, askedAt, expiresAt } = approval
  return {
    ...{ stepId, title, tier, hash, required: requirementNow(quorumFacts), askedAt, expiresAt },
    decisions: decisions.map(viewDecision),
    questions: viewQuestions(asked.questions),
    approvalsCounted: countQuorum(quorumFacts).counted.length,
    canApprove: namesOnCallFirst(listEligibleApprovers(quorumFacts), onCall),
  }
}
