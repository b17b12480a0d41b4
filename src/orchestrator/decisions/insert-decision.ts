import type { Decision } from '../../domain/approval.ts'
import { StaleError } from '../../kernel/errors.ts'
import type { Stores } from '../../ports/stores.ts'
import type { DecisionGround } from './decision-ground.ts'
import { standingOf } from './read-on-call.ts'

/** One live decision a person, by the store's index: what the row lock lets through twice the index does not. */
export async function insertDecision(
  stores: Stores,
  { proposal, person, origin, now, onCall }: DecisionGround,
  decision: Decision['decision'],
  reason: string | null,
): Promise<Decision> {
  const inserted = await stores.decisions.insert({
    proposalId: proposal.id,
    personId: person.id,
    personName: person.name,
    decision,
    reason,
    // The whole hash of the stored plan, of which what was pressed is a prefix.
    planHash: proposal.planHash,
    rolesAtTime: person.roles,
    groupsAtTime: person.groups,
    surface: origin,
    onCall: standingOf(onCall, person.id),
    at: now,
  })
  if (inserted !== undefined) return inserted
  throw new StaleError(
    'decision_exists',
    `${person.name} has decided on ${proposal.id} already. Look at the card again.`,
  )
}
