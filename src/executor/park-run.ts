import { COUNTERSIGN } from '../domain/actor.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { ExecutorDeps, HeldLease, RunEnd } from './executor-deps.ts'
import { planByNames } from './plan-by-names.ts'
import { recordOf } from './tell.ts'

/** A run that ended this many claims in a row with a crash would end the next one like that as well. */
export const CRASHES_BEFORE_PARKING = 3

/**
 * A poison run is set aside for a person instead of taking worker after worker down with it: state `unknown`, lease
 * given back. A settlement starts its count anew.
 */
export async function parkRun(deps: ExecutorDeps, held: HeldLease): Promise<RunEnd> {
  const { run, crashes } = held.lease
  const text = `${run.id} is set aside: the replicas that worked on it stopped ${String(crashes)} times in a row. Look at the log and at its target, then an approver says Retry or Abort.`
  await deps.unitOfWork.run(async (stores) => {
    if (run.state === 'queued') await stores.leasedRuns.move(held.lease, ['queued'], 'running', null)
    await stores.leasedRuns.move(held.lease, ['running', 'waiting', 'unknown'], 'unknown', text)
    await stores.leasedRuns.release(held.lease)
    const proposal = await stores.proposals.find(run.proposalId)
    if (proposal === undefined) throw new NotFoundError('proposal', run.proposalId)
    // Its bytes may be what it stumbles over.
    const plan = planByNames(proposal)
    await stores.audit.append([
      deps.seal({
        ...recordOf({ run, proposal: { ...proposal, plan }, plan }, 'run.parked', 'unknown', { crashes }),
        reasonCode: 'crashes',
        ...(run.state === 'unknown' ? {} : { states: { run: 'unknown' } }),
      }),
    ])
    await stores.timeline.append([
      { incidentId: run.incidentId, actor: COUNTERSIGN, origin: 'clock', event: 'run.parked', text },
    ])
    await stores.outbox.append([
      { kind: 'card', incidentId: run.incidentId, priority: 'approval' },
      { kind: 'thread', incidentId: run.incidentId, text, priority: 'approval' },
    ])
  })
  deps.log.error({ runId: run.id, crashes }, 'a run is set aside for a person')
  return { kind: 'handed_over' }
}
