import { sql } from './drizzle.ts'
import type { RunState } from '../domain/run.ts'
import type { RunSweep } from '../ports/run-store.ts'
import type { Database } from './database.ts'
import { milliseconds } from './milliseconds.ts'

/**
 * What a lost hint left behind. A run whose approval was withdrawn waits for the next one, and `unknown` without a
 * holder waits for a person: neither is abandoned.
 */
export function createRunSweepStore(db: Database): RunSweep {
  return {
    listAbandoned: async (limit) => {
      const { rows } = await db.execute<{ id: string }>(sql`
        SELECT r.id FROM runs r JOIN proposals p ON p.id = r.proposal_id
         WHERE ${mayMove} AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
         ORDER BY coalesce(r.lease_until, r.created_at) LIMIT ${limit}`)
      return rows.map((row) => row.id)
    },
    listStuck: async (forMs) => {
      const { rows } = await db.execute<{ id: string; state: string; idle_ms: number }>(sql`
        SELECT r.id, r.state, idle.ms AS idle_ms
          FROM runs r JOIN proposals p ON p.id = r.proposal_id,
               LATERAL (SELECT (extract(epoch FROM clock_timestamp() - ${idleSince}) * 1000)::float8 AS ms) idle
         WHERE ${mayMove} AND ${idleSince} < clock_timestamp() - ${milliseconds(forMs)}
         ORDER BY idle.ms DESC LIMIT 100`)
      return rows.map((row) => ({ id: row.id, state: row.state as RunState, idleMs: row.idle_ms }))
    },
  }
}

const mayMove = sql`(
  (r.state IN ('queued', 'running', 'waiting') AND NOT (r.state = 'queued' AND p.state = 'pending'))
  OR (r.state = 'unknown' AND r.lease_owner IS NOT NULL))`

/** When the run was last held, else when it last did something, else when it was made. */
const idleSince = sql`coalesce(
  r.lease_until,
  (SELECT max(greatest(a.intended_at, a.sent_at, a.finished_at)) FROM attempts a WHERE a.run_id = r.id),
  r.created_at)`
