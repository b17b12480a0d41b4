import { sql } from './drizzle.ts'
import type { Run } from '../domain/run.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { RunControl, Settlement } from '../ports/run-store.ts'
import type { Database } from './database.ts'
import { toRun } from './run-row.ts'
import type { RunRow } from './run-row.ts'

/**
 * Both moves are made by a person while no replica holds the run; the fence rises, so that a sleeping one stays out, and
 * the run is due from that moment on.
 */
export function createRunControlStore(db: Database): RunControl {
  return {
    startUndo: async (id, request) => {
      const { rows } = await db.execute<RunRow>(sql`
        UPDATE runs
           SET state = 'running', direction = 'undo', fence = fence + 1, crashes = 0, detail = NULL, finished_at = NULL,
               stop_requested_by = NULL, stop_reason = NULL, undo_requested_by = ${request?.by ?? null},
               undo_requested_from = ${request?.from ?? null}, lease_owner = NULL, lease_until = clock_timestamp()
         WHERE id = ${id} AND (state = 'stopped' OR (state = 'failed' AND direction = 'forward'))
        RETURNING *`)
      return rows[0] === undefined ? undefined : toRun(rows[0])
    },
    settle: (id, settlement) => settle(db, id, settlement),
  }
}

async function settle(db: Database, id: string, { attempt, detail }: Settlement): Promise<Run | undefined> {
  const output = attempt?.output == null ? null : JSON.stringify(attempt.output)
  const text = storableText(detail)
  const { rows } = await db.execute<RunRow>(sql`
    WITH waiting AS (
      SELECT id FROM runs r
       WHERE id = ${id} AND state = 'unknown' AND lease_owner IS NULL
         AND (${attempt === null}::boolean OR EXISTS (
               SELECT FROM attempts WHERE id = ${attempt?.id ?? null}::bigint AND run_id = r.id AND state = 'unknown'))
       FOR UPDATE
    ), closed AS (
      UPDATE attempts
         SET state = ${attempt?.to ?? null}, detail = ${text}, finished_at = clock_timestamp(),
             output = coalesce(${output}::jsonb, output)
       WHERE id = ${attempt?.id ?? null}::bigint AND run_id = (SELECT id FROM waiting)
    )
    UPDATE runs
       SET state = 'running', fence = fence + 1, crashes = 0, detail = ${text}, lease_until = clock_timestamp()
     WHERE id = (SELECT id FROM waiting)
    RETURNING *`)
  return rows[0] === undefined ? undefined : toRun(rows[0])
}
