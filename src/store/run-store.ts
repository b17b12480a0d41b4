import { sql } from './drizzle.ts'
import type { Run } from '../domain/run.ts'
import type { RunLease, RunStore } from '../ports/run-store.ts'
import type { Database } from './database.ts'
import { milliseconds } from './milliseconds.ts'
import { toRun } from './run-row.ts'
import type { RunRow } from './run-row.ts'

/**
 * Who may hold a run:
 *
 *   nobody (lease_owner null)    → anybody claims it; with a lease_until in the future only after that time
 *   a live lease                 → nobody else
 *   a lease that ran out         → anybody; its holder crashed or was stopped, and that counts
 *   `unknown` held by nobody     → nobody: it waits for a person (`settle`); `unknown` with a lease that ran out is
 *                                  one whose replica died while it asked the target, and somebody else asks again
 *
 * Every claim raises the fence, and every later write carries it. One that follows a crash notes how long the try lasted that
 * ended in it: its lease tells of the last renewal, which is at most a third of a lease older.
 */
export function createRunStore(db: Database): RunStore {
  return {
    create: (run) => create(db, run),
    find: async (id) => first(await db.execute<RunRow>(sql`SELECT * FROM runs WHERE id = ${id}`)),
    listByIncident: async (incidentId) => {
      const { rows } = await db.execute<RunRow>(
        sql`SELECT r.*, coalesce(s.text, r.detail) AS detail
              FROM runs r LEFT JOIN standstills s ON s.run_id = r.id AND s.ended_at IS NULL
             WHERE r.incident_id = ${incidentId} ORDER BY r.created_at, r.id`,
      )
      return rows.map(toRun)
    },
    claim: (id, owner, leaseMs) => claim(db, id, owner, leaseMs),
    findHeldBy: (id, owner) => findHeldBy(db, id, owner),
    wake: async (id) => {
      await db.execute(sql`UPDATE runs SET lease_until = NULL WHERE id = ${id} AND lease_owner IS NULL`)
    },
    requestStop: (id, personId, reason) => requestStop(db, id, personId, reason),
  }
}

async function create(
  db: Database,
  run: { readonly incidentId: string; readonly proposalId: string },
): Promise<Run | undefined> {
  return first(
    await db.execute<RunRow>(sql`
      INSERT INTO runs (incident_id, proposal_id) VALUES (${run.incidentId}, ${run.proposalId})
      ON CONFLICT (proposal_id) DO NOTHING
      RETURNING *`),
  )
}

async function claim(db: Database, id: string, owner: string, leaseMs: number): Promise<RunLease | undefined> {
  const { rows } = await db.execute<LeaseRow>(sql`
    UPDATE runs
       SET lease_owner = ${owner},
           lease_until = clock_timestamp() + ${milliseconds(leaseMs)},
           fence = fence + 1,
           claimed_at = clock_timestamp(),
           crashes = crashes + (lease_owner IS NOT NULL)::int,
           crashed_after_ms = CASE WHEN lease_owner IS NULL THEN crashed_after_ms
             ELSE greatest(CASE WHEN crashes > 0 THEN crashed_after_ms END,
                           extract(epoch FROM lease_until - claimed_at) * 1000 - ${leaseMs}::float8 / 2)::bigint END
     WHERE id = ${id}
       AND (   (state IN ('queued', 'running', 'waiting') AND (lease_until IS NULL OR lease_until < clock_timestamp()))
            OR (state = 'unknown' AND lease_owner IS NOT NULL AND lease_until < clock_timestamp()))
    RETURNING *, ${UNWRITABLE_MS}`)
  return rows[0] === undefined ? undefined : toLease(rows[0], leaseMs)
}

/** By its id alone, so that it waits for whoever is writing the row, and then sees what that wrote. */
async function findHeldBy(db: Database, id: string, owner: string): Promise<RunLease | undefined> {
  const { rows } = await db.execute<LeaseRow>(sql`SELECT *, ${UNWRITABLE_MS} FROM runs WHERE id = ${id} FOR UPDATE`)
  const lease = rows[0] === undefined ? undefined : toLease(rows[0], 0)
  return lease?.run.leaseOwner === owner ? lease : undefined
}

type LeaseRow = RunRow & { readonly unwritable_ms: number | null }

const UNWRITABLE_MS = sql`(extract(epoch FROM clock_timestamp() - unwritable_since) * 1000)::float8 AS unwritable_ms`

function toLease(row: LeaseRow, leaseMs: number): RunLease {
  const run = toRun(row)
  const crashedAfterMs = row.crashed_after_ms === null ? null : Number(row.crashed_after_ms)
  return { run, fence: run.fence, leaseMs, crashes: row.crashes, crashedAfterMs, unwritableForMs: row.unwritable_ms }
}

/** A run that nobody holds is freed from its waiting time, so that it ends now. Asking twice keeps the first asker. */
async function requestStop(db: Database, id: string, personId: string, reason: string): Promise<Run | undefined> {
  return first(
    await db.execute<RunRow>(sql`
      UPDATE runs
         SET stop_requested_by = coalesce(stop_requested_by, ${personId}),
             stop_reason = coalesce(stop_reason, ${reason}),
             lease_until = CASE WHEN lease_owner IS NULL THEN clock_timestamp() ELSE lease_until END
       WHERE id = ${id} AND state IN ('queued', 'running', 'waiting', 'unknown')
      RETURNING *`),
  )
}

function first(result: { readonly rows: readonly RunRow[] }): Run | undefined {
  const row = result.rows[0]
  return row === undefined ? undefined : toRun(row)
}
