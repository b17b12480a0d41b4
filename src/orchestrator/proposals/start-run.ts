import type { Proposal } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { Stores } from '../../ports/stores.ts'
import { StaleError } from '../../kernel/errors.ts'

/**
 * The run of an approved proposal and the hint that it may be advanced, in the transaction of the approval. A proposal
 * has one run for ever: after a withdrawn approval it is the queued one that goes on.
 */
export async function startRun(stores: Stores, proposal: Proposal): Promise<Run> {
  const { id: proposalId, incidentId } = proposal
  const run = (await stores.runs.create({ incidentId, proposalId })) ?? (await findRun(stores, proposal))
  if (run === undefined) {
    throw new StaleError('run_missing', `${proposalId} has a run that cannot be read. Press again.`)
  }
  await stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
  return run
}

export async function findRun(stores: Stores, proposal: Proposal): Promise<Run | undefined> {
  const runs = await stores.runs.listByIncident(proposal.incidentId)
  return runs.find((run) => run.proposalId === proposal.id)
}
