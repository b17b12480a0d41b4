import { sql } from './drizzle.ts'
import { fromDrizzle } from 'pg-boss'
import type { PgBoss } from 'pg-boss'
import { uuidV7 } from '../kernel/ids.ts'
import type { RandomBytes } from '../kernel/ids.ts'
import type { JobName, JobQueue } from '../ports/job-queue.ts'
import type { Database } from './database.ts'
import { JOB_SCHEMA } from './job-schema.ts'
import { notify } from './notify.ts'

/** How often a job that a worker takes away under our hands is added anew. */
const TRIES = 3

/**
 * Enqueues in the transaction of `db`. When a job with the same key waits already, that one is taken as ours, and its
 * row is locked until our commit: a worker that took it before then would not see what we are about to commit. When a
 * worker was faster than the lock, a new job is added after all.
 */
export function createJobQueue(boss: PgBoss, db: Database, randomBytes: RandomBytes): JobQueue {
  const handle = fromDrizzle(db, sql)
  return {
    async enqueue(name, data, options = {}) {
      // The queues hold one waiting job per key; a job without a key is one of its own.
      const singletonKey = options.singletonKey ?? uuidV7(0, randomBytes)
      const seconds = Math.max(0, options.startAfterMs ?? 0) / 1000
      for (let tries = 0; tries < TRIES; tries += 1) {
        const id = await boss.send(name, data, { singletonKey, startAfter: seconds, db: handle })
        if (id === null && !(await joinWaiting(db, { name, singletonKey, seconds }))) continue
        if (seconds === 0) await notify(db, 'jobs', name)
        return
      }
    },
  }
}

interface Wanted {
  readonly name: JobName
  readonly singletonKey: string
  readonly seconds: number
}

/**
 * The waiting job comes when the sooner of the two is due, by the clock of the database. False when none waits any more.
 * Found by the engine's own index of waiting jobs (`job_i1`), and locked.
 */
async function joinWaiting(db: Database, { name, singletonKey, seconds }: Wanted): Promise<boolean> {
  const { rows } = await db.execute(sql`
    UPDATE ${sql.identifier(JOB_SCHEMA)}.job
       SET start_after = least(start_after, clock_timestamp() + ${seconds}::float8 * interval '1 second')
     WHERE name = ${name} AND policy = 'short' AND state = 'created' AND coalesce(singleton_key, '') = ${singletonKey}
    RETURNING id`)
  return rows.length > 0
}
