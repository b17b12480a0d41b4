import { sql } from './drizzle.ts'
import type { Database } from './database.ts'
import type { RefusalCount, RefusalStore } from '../ports/refusal-store.ts'

/** One row per source, reason and minute by database time, so that a flood of forgeries cannot fill the audit log. */
export function createRefusalStore(db: Database): RefusalStore {
  return { count: (source, reason, by) => count(db, source, reason, by), closeMinutes: () => closeMinutes(db) }
}

async function count(db: Database, source: string, reason: string, by: number): Promise<boolean> {
  const { rows } = await db.execute<{ is_first: boolean }>(sql`
    INSERT INTO refusal_counts AS had (source, reason, minute, count)
    VALUES (${source}, ${reason}, date_trunc('minute', clock_timestamp()), ${by}::int)
    ON CONFLICT (source, reason, minute) DO UPDATE SET count = had.count + excluded.count
    RETURNING (xmax = 0) AS is_first`)
  return rows[0]?.is_first ?? false
}

interface Row extends Record<string, unknown> {
  readonly source: string
  readonly reason: string
  readonly minute: string
  readonly count: number
}

async function closeMinutes(db: Database): Promise<readonly RefusalCount[]> {
  const { rows } = await db.execute<Row>(sql`
    UPDATE refusal_counts SET audited_at = clock_timestamp()
     WHERE audited_at IS NULL AND count > 1 AND minute < date_trunc('minute', clock_timestamp())
    RETURNING source, reason, minute, count`)
  return rows.map((row) => ({
    source: row.source,
    reason: row.reason,
    minute: new Date(row.minute),
    count: row.count,
  }))
}
