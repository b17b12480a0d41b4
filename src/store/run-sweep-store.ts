import { sql } from './drizzle.ts'
import { JOB_SCHEMA } from './job-schema.ts'
import type { RunSweep } from '../ports/run-store.ts'
import type { Database } from './database.ts'

/**
 * What a lost hint left behind. A run whose approval was withdrawn waits for the next one, and `unknown` without a
 * holder waits for a person: neither is abandoned. Nor is one whose hint is due and only waits for its turn: every hint
 * wakes somebody and takes its turn at the database's one queue of notifications, and with hundreds of runs in line a
 * sweep that hinted at each of them cost more than the runs. The hint of a run is looked for in the engine's own index of
 * waiting jobs, one look a run, and as a value: as NOT EXISTS, or by another column, each run in line would be compared
 * with each hint in line, which took a second a look with two thousand of them.
 */
export function createRunSweepStore(db: Database): RunSweep {
  return {
    listAbandoned: async (limit) => {
      const { rows } = await db.execute<{ id: string }>(sql`
        SELECT r.id FROM runs r JOIN proposals p ON p.id = r.proposal_id
         WHERE r.state IN ('queued', 'running', 'waiting', 'unknown')
           AND NOT (r.started_at IS NULL AND p.state = 'pending')
           AND NOT (r.state = 'unknown' AND r.lease_owner IS NULL)
           AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
           AND (SELECT 1 FROM ${sql.identifier(JOB_SCHEMA)}.job j
                 WHERE j.name = 'run.advance' AND j.policy = 'short' AND j.state = 'created'
                   AND coalesce(j.singleton_key, '') = r.id AND NOT j.blocked AND j.start_after <= clock_timestamp()
                 LIMIT 1) IS NULL
         ORDER BY coalesce(r.lease_until, r.created_at) LIMIT ${limit}`)
      return rows.map((row) => row.id)
    },
  }
}
