import type { Decision, Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Person } from '../../domain/person.ts'
import type { Run } from '../../domain/run.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Stores } from '../../ports/stores.ts'
import { NotFoundError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import type { OnCallNow } from './read-on-call.ts'
import { findRun } from '../proposals/start-run.ts'

/** Everything a decision is judged by, read under the proposal's row lock: nobody else moves it meanwhile. */
export interface DecisionGround {
  readonly proposal: Proposal
  /** By database time. */
  readonly isExpired: boolean
  /** Database time under the lock: when a decision is judged, and so when it falls. */
  readonly now: Date
  readonly incident: Incident
  readonly run: Run | undefined
  readonly decisions: readonly Decision[]
  readonly person: Person
  readonly origin: Origin
  /** Read just before; null where no schedule tells of the service, or where it does not matter. */
  readonly onCall: OnCallNow | null
}

export async function lockDecisionGround(
  deps: Deps,
  stores: Stores,
  proposalId: string,
  person: Person,
  origin: Origin,
  onCall: OnCallNow | null = null,
): Promise<DecisionGround> {
  const locked = await stores.proposals.lock(proposalId)
  if (locked === undefined) throw new NotFoundError('proposal', proposalId)
  const { proposal, isExpired, now } = locked
  const incident = await stores.incidents.find(proposal.incidentId)
  if (incident === undefined) throw new NotFoundError('incident', proposal.incidentId)
  const run = await findRun(stores, proposal)
  const decisions = await stores.decisions.list(proposalId)
  // The directory is asked again now, since waiting for the lock may have taken a while.
  return {
    proposal,
    isExpired,
    now,
    incident,
    run,
    decisions,
    person: deps.directory.findById(person.id) ?? person,
    origin,
    onCall,
  }
}

/** True once the first intent is durable: from then on only `stop` ends it. */
export function hasStarted({ run }: Pick<DecisionGround, 'run'>): boolean {
  return run !== undefined && run.startedAt !== null
}
