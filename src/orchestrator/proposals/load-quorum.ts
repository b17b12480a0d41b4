import type { Decision, Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import { findFatigued } from '../../executor/find-fatigued.ts'
import { findForbidden } from '../../executor/find-forbidden.ts'
import { countQuorum } from '../../policy/approval-quorum.ts'
import type { Quorum, QuorumFacts } from '../../policy/approval-quorum.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { modeFor, servicesOfPlan } from './mode-and-freeze.ts'

export interface LoadedQuorum {
  readonly facts: QuorumFacts
  readonly quorum: Quorum
  readonly decisions: readonly Decision[]
}

/** Counts with the directory as it is now. Inside a transaction it sees what that has written. */
export async function loadQuorum(
  deps: Deps,
  stores: Stores,
  proposal: Proposal,
  incident: Incident,
): Promise<LoadedQuorum> {
  const decisions = await stores.decisions.list(proposal.id)
  const facts: QuorumFacts = {
    tier: proposal.tier,
    requirement: proposal.required,
    requester: proposal.requester,
    // An approval counts for the bytes that were seen and for no others.
    decisions: decisions.filter(
      (decision) => decision.decision === 'reject' || decision.planHash === proposal.planHash,
    ),
    people: deps.directory.list(),
    commander: incident.assignments['commander'] ?? null,
    fatigued: await findFatigued(stores.decisions, decisions, deps.settings.fatigue),
    forbidden: findForbidden(deps, proposal, decisions, modeFor(deps, servicesOfPlan(deps, incident, proposal.plan))),
  }
  return { facts, quorum: countQuorum(facts), decisions }
}
