import { COUNTERSIGN } from '../../domain/actor.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import type { DecisionGround } from './decision-ground.ts'
import { endProposal } from './end-proposal.ts'

/** Past its time by the database's clock, and no step has started: nobody has to wait for the next tick to see it. */
export async function expireNow(
  deps: Deps,
  stores: Stores,
  ground: Pick<DecisionGround, 'proposal' | 'run'>,
): Promise<Proposal> {
  const { proposal } = ground
  const missing = proposal.state === 'approved' ? 'its run did not start in time' : 'the approvals did not come in time'
  const ended = await endProposal(deps, stores, ground, {
    to: 'expired',
    actor: COUNTERSIGN,
    origin: 'clock',
    reason: missing,
    text: `${proposal.id} expires: ${missing}.`,
  })
  return ended.proposal
}
