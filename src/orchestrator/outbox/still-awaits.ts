import type { Deps } from '../dependencies.ts'

/**
 * Whether somebody who was to be asked for a decision still has one to give. A message may have waited through an
 * outage, or for its turn: what was decided meanwhile is not asked for again.
 */
export async function stillAwaits(deps: Deps, proposalId: string, personId: string): Promise<boolean> {
  const proposal = await deps.stores.proposals.find(proposalId)
  if (proposal?.state !== 'pending') return false
  const decisions = await deps.stores.decisions.list(proposalId)
  return !decisions.some((decision) => decision.personId === personId && decision.withdrawnAt === null)
}
