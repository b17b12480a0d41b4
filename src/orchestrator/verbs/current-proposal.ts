import { RefusedError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Proposal } from '../../domain/approval.ts'

/** What words without the id of a proposal mean: the one that stands, else the newest. */
export async function currentProposal(deps: Deps, incident: Incident): Promise<Proposal> {
  const proposal = await deps.stores.proposalQueries.findCurrent(incident.id)
  if (proposal !== undefined) return proposal
  const next = incident.state === 'resolved' ? 'It is resolved.' : 'Type "playbooks" to see what fits.'
  throw new RefusedError('no_proposal', `Nothing is proposed for ${incident.id}. ${next}`)
}
