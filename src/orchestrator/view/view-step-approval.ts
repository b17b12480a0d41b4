import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { StepApprovalView } from '../../domain/incident-view.ts'
import type { Run } from '../../domain/run.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { StepApproval, StepDecision } from '../../domain/step-approval.ts'
import { findFatigued } from '../../executor/find-fatigued.ts'
import { stepQuorumFacts } from '../../executor/step-quorum.ts'
import { countQuorum, listEligibleApprovers } from '../../policy/approval-quorum.ts'
import type { Deps } from '../dependencies.ts'
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

/** Only a run that waits can have asked; any other costs no query. */
export async function readAskedStep({ stores, settings }: Deps, run: Run): Promise<AskedStep | undefined> {
  if (run.state !== 'waiting') return undefined
  const approvals = await stores.stepApprovals.list(run.id)
  const approval = approvals.find(({ state }) => state === 'pending')
  if (approval === undefined) return undefined
  const [all, said] = await Promise.all([
    stores.stepApprovals.listDecisions(run.id),
    stores.questions.list(approval.proposalId),
  ])
  const decisions = all.filter(({ stepId }) => stepId === approval.stepId)
  const questions = said.filter(({ step }) => step?.runId === run.id && step.stepId === approval.stepId)
  return { approval, decisions, questions, fatigued: await findFatigued(stores.decisions, decisions, settings.fatigue) }
}

interface Facts extends AskedStep {
  readonly proposal: Proposal
  readonly incident: Incident
  readonly onCall: readonly string[]
  readonly deps: Deps
}

export function viewStepApproval({ deps, incident, onCall, ...asked }: Facts): StepApprovalView {
  const { approval, proposal, decisions } = asked
  const quorumFacts = stepQuorumFacts({
    ...asked,
    people: deps.directory.list(),
    commander: incident.assignments['commander'] ?? null,
    owner: findService(deps.catalog, proposal.plan.service)?.owner ?? null,
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
