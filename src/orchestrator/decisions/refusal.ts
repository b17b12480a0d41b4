import { humanActor } from '../../domain/actor.ts'
import { RefusedError } from '../../kernel/errors.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import type { DecisionGround } from './decision-ground.ts'

/** Why a request about a proposal is refused: the code for machines, the text for the asker. */
export interface Refusal {
  readonly code: string
  readonly text: string
}

/**
 * Puts the refusal on the audit log in the caller's transaction, which then commits: an error thrown inside would take
 * the record with it. The caller throws `toError` afterwards.
 */
export async function recordRefusal(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  verb: string,
  refusal: Refusal,
): Promise<Refusal> {
  deps.telemetry.count('refusals', { reason: refusal.code, origin: ground.origin })
  await stores.audit.append([
    deps.seal(
      proposalRecord(ground.proposal, {
        actor: humanActor(ground.person),
        origin: ground.origin,
        event: 'decision.refused',
        outcome: 'refused',
        reasonCode: refusal.code,
        details: { verb, roles: ground.person.roles },
      }),
    ),
  ])
  return refusal
}

export function toError(refusal: Refusal): RefusedError {
  return new RefusedError(refusal.code, refusal.text)
}
