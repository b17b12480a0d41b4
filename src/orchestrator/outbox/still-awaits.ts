import type { Deps } from '../dependencies.ts'

export interface AskedFor {
  readonly proposalId: string
  /** A nested approval of the proposal's run. */
  readonly step?: { readonly runId: string; readonly stepId: string }
}

/**
 * Whether somebody who was to be asked for a decision still has one to give. A message may have waited through an
 * outage, or for its turn: what was decided meanwhile is not asked for again.
 */
export async function stillAwaits(deps: Deps, { proposalId, step }: AskedFor, personId: string): Promise<boolean> {
  if (step !== undefined) return stepAwaits(deps, step, personId)
  const proposal = await deps.stores.proposals.find(proposalId)
  if (proposal?.state !== 'pending') return false
  const decisions = await deps.stores.decisions.list(proposalId)
  return !decisions.some((decision) => decision.personId === personId && decision.withdrawnAt === null)
}

async function stepAwaits(
  { stores }: Deps,
  { runId, stepId }: NonNullable<AskedFor['step']>,
  personId: string,
): Promise<boolean> {
  const found = await stores.stepApprovals.find(runId, stepId)
  if (found?.approval.state !== 'pending') return false
  const decisions = await stores.stepApprovals.listDecisions(runId)
  return !decisions.some((one) => one.stepId === stepId && one.personId === personId && one.withdrawnAt === null)
}
