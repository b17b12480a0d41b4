import { sql } from './drizzle.ts'
import type { AuditReader, AuditReading, AuditStanding } from '../ports/audit-reader.ts'
import type { Database } from './database.ts'
import type { JsonObject } from '../kernel/json.ts'
import { leavesBehind, NUMBER_OF_LEAF } from './waiting-leaves.ts'

/** What waits is counted up to here: beyond that it is many. */
const COUNTED = 10_000

export function createAuditReader(db: Database): AuditReader {
  return { list: (filter) => list(db, filter), describe: () => describe(db) }
}

interface EntryRow extends Record<string, unknown> {
  readonly seq: number
  readonly at: Date
  readonly hash: string
  readonly bytes: Uint8Array
}

async function list(db: Database, filter: Parameters<AuditReader['list']>[0]): Promise<readonly AuditReading[]> {
  const ofIncident = filter.incidentId === null ? sql`true` : sql`l.incident_id = ${filter.incidentId}`
  const isTail = filter.after === null
  const place = filter.after === null ? sql`true` : sql`e.seq > ${filter.after}`
  const { rows } = await db.execute<EntryRow>(sql`
    select e.seq, l.at, e.hash, l.bytes from audit_entries e join audit_leaves l on l.id = e.leaf_id and l.at = e.leaf_at
    where ${ofIncident} and ${place} order by e.seq ${isTail ? sql`desc` : sql`asc`} limit ${filter.limit}`)
  const readings = rows.map((row) => ({
    seq: row.seq,
    at: new Date(row.at),
    hash: row.hash,
    // Canonical JSON that sealing wrote and that the database may not change.
    entry: JSON.parse(new TextDecoder().decode(row.bytes)) as JsonObject,
  }))
  return isTail ? readings.reverse() : readings
}

async function describe(db: Database): Promise<AuditStanding> {
  const behind = leavesBehind({ xid: sql`s.last_xid`, leafId: sql`s.last_leaf_id`, limit: COUNTED })
  const { rows } = await db.execute<{
    size: number
    waiting: number
    lag: number
    uncovered: number | null
    may_change: boolean
  }>(sql`
    select s.size, w.waiting, w.lag,
      (select extract(epoch from clock_timestamp() - e.leaf_at)::float8
         from audit_entries e where e.seq = s.covered + 1) as uncovered,
      has_table_privilege('audit_leaves', 'UPDATE, DELETE, TRUNCATE') or has_table_privilege('audit_entries', 'UPDATE, DELETE, TRUNCATE') as may_change
    from audit_sequencer s,
      lateral (
        select count(*)::int as waiting, coalesce(extract(epoch from clock_timestamp() - min(leaf.at)), 0)::float8 as lag
        from ${behind} as leaf where ${NUMBER_OF_LEAF} is null
      ) w
    where s.id = 1`)
  const [row] = rows
  return {
    size: row?.size ?? 0,
    waiting: row?.waiting ?? 0,
    lagSeconds: row?.lag ?? 0,
    uncoveredSeconds: row?.uncovered ?? 0,
    isProtected: row !== undefined && !row.may_change,
  }
}
