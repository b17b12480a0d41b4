import type { Client } from 'pg'
import type { RunLease } from '../../../src/ports/run-store.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'

let place = 0
/** A run of one step on a target of its own. */
export async function approveOne(replica: Replica) {
  place += 1
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { uses: 'argocd/sync', resource: `leased-${String(place)}` },
  ])
  return run
}

export async function claimed(replica: Replica, runId: string, leaseMs = 60_000): Promise<RunLease> {
  const lease = await replica.deps.stores.runs.claim(runId, 'holder', leaseMs)
  if (lease === undefined) throw new Error(`${runId} cannot be claimed.`)
  return lease
}

/** Its holder has been silent for longer than its lease. */
export async function expire(owner: Client, runId: string): Promise<void> {
  await owner.query(`UPDATE runs SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1`, [runId])
}
