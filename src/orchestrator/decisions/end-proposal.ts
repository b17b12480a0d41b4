import type { Actor } from '../../domain/actor.ts'
import type { Proposal, ProposalState } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { Origin } from '../../domain/surface.ts'
import { StaleError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { tellOfProposal } from '../proposals/proposal-records.ts'
import type { DecisionGround } from './decision-ground.ts'

export interface Ending {
  readonly to: Extract<ProposalState, 'rejected' | 'cancelled' | 'expired'>
  readonly actor: Actor
  readonly origin: Origin
  readonly reason: string
  /** One sentence for the timeline. */
  readonly text: string
  readonly details?: JsonObject
}

/**
 * Ends a proposal whose run has not started, under its row lock: an intent of the executor takes that lock too, so
 * either it is durable and seen here, or it finds the proposal ended. A queued run is asked to stop and woken to do so.
 */
export async function endProposal(
  deps: Deps,
  stores: Stores,
  ground: Pick<DecisionGround, 'proposal' | 'run'>,
  ending: Ending,
): Promise<{ readonly proposal: Proposal; readonly run: Run | null }> {
  const { proposal, run } = ground
  const moved = await stores.proposals.move(proposal.id, ['pending', 'approved'], ending.to, ending.reason)
  if (moved === undefined) {
    throw new StaleError('proposal_moved', `${proposal.id} was decided in the meantime. Look at the card again.`)
  }
  const stopped =
    run === undefined ? null : ((await stores.runs.requestStop(run.id, ending.actor.id, ending.reason)) ?? run)
  if (stopped !== null) await stores.jobs.enqueue('run.advance', { runId: stopped.id }, { singletonKey: stopped.id })
  await tellOfProposal(deps, stores, moved, {
    actor: ending.actor,
    origin: ending.origin,
    event: `proposal.${ending.to}`,
    states: { proposal: moved.state },
    text: ending.text,
    ...(stopped === null ? {} : { runId: stopped.id }),
    details: { reason: ending.reason, ...ending.details },
  })
  return { proposal: moved, run: stopped }
}
