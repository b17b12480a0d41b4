import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { StepApproval, StepDecision } from '../../domain/step-approval.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { findFatigued } from '../../executor/find-fatigued.ts'
import { findForbidden } from '../../executor/find-forbidden.ts'
import { stepQuorumFacts } from '../../executor/step-quorum.ts'
import { countQuorum } from '../../policy/approval-quorum.ts'
import type { Quorum, QuorumFacts } from '../../policy/approval-quorum.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { modeFor, servicesOfPlan } from './mode-and-freeze.ts'

export interface LoadedStepQuorum {
  readonly facts: QuorumFacts
  readonly quorum: Quorum
  readonly decisions: readonly StepDecision[]
}

/** Counts a nested approval with the directory as it is now. */
export async function loadStepQuorum(
  deps: Deps,
  stores: Stores,
  proposal: Proposal,
  approval: StepApproval,
  incident: Incident,
): Promise<LoadedStepQuorum> {
  const all = await stores.stepApprovals.listDecisions(approval.runId)
  const decisions = all.filter(({ stepId }) => stepId === approval.stepId)
  const mode = modeFor(deps, servicesOfPlan(deps, incident, proposal.plan))
  const facts = stepQuorumFacts({
    approval,
    proposal,
    decisions,
    people: deps.directory.list(),
    commander: incident.assignments['commander'] ?? null,
    owner: findService(deps.catalog, proposal.plan.service)?.owner ?? null,
    fatigued: await findFatigued(stores.decisions, decisions, deps.settings.fatigue),
    forbidden: findForbidden(deps, asProposalOfStep(proposal, approval), decisions, mode),
  })
  return { facts, quorum: countQuorum(facts), decisions }
}
