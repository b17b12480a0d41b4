import type { PgBoss, QueueOptions } from 'pg-boss'
import { JOB_NAMES } from '../ports/job-queue.ts'
import type { JobName } from '../ports/job-queue.ts'

/** Where a job lies that failed three times; people look at it, nothing takes from it. */
export const DEAD_JOBS = 'dead-jobs'

/**
 * Three tries in all (`job-tries.ts`), a little later each time; a job of a dead worker is noticed by its missing
 * heartbeat. The engine's own limit leaves room for those that were handed out beside one that ended the process.
 */
const COMMON: QueueOptions = {
  retryLimit: 20,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  heartbeatSeconds: 15,
  expireInSeconds: 300,
  retentionSeconds: 14 * 24 * 3600,
  deleteAfterSeconds: 3600,
}

/** A run may take long; it gives up its lease, not its job, when it waits. */
const OWN: ReadonlyMap<string, QueueOptions> = new Map<JobName, QueueOptions>([
  ['run.advance', { expireInSeconds: 1800 }],
])

const DEAD: QueueOptions = { retryLimit: 0, retentionSeconds: 90 * 24 * 3600 }

/**
 * Creates what is missing and brings the options up to date; queues of a newer build are left to it. `short`: while a job with the same key waits, another one
 * is not added. The engine's own `notify` stays off: within the transaction it would make commits wait for each other
 * (`notify.ts`).
 */
export async function ensureQueues(boss: PgBoss, kinds: readonly string[] = JOB_NAMES): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  if (!existing.has(DEAD_JOBS)) await boss.createQueue(DEAD_JOBS, { ...DEAD, policy: 'standard' })
  for (const name of kinds) {
    const wanted = { ...COMMON, ...OWN.get(name), deadLetter: DEAD_JOBS, notify: false }
    const found = existing.get(name)
    if (found === undefined) await boss.createQueue(name, { ...wanted, policy: 'short' })
    else if (differs(found, wanted)) await boss.updateQueue(name, wanted)
  }
}

function differs(found: object, wanted: object): boolean {
  const values = new Map<string, unknown>(Object.entries(found))
  return Object.entries(wanted).some(([option, value]) => values.get(option) !== value)
}
