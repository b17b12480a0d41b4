import { sql } from './drizzle.ts'
import type { AuditEntry } from '../domain/audit-entry.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import type { Database } from './database.ts'

const OUT_OF_ORDER = 10_000

interface Row extends Omit<AuditEntry, 'columns'>, Record<string, unknown> {
  /** null as the bytes are. */
  readonly entryId: string | null
  readonly event: string | null
  readonly incidentId: string | null
  readonly ownLeafHash: string | null
}

export function createAuditLog(db: Database): AuditLog {
  return {
    async list({ incidentId, beforeMonth, after, upTo, limit }) {
      const ofIncident = incidentId === undefined ? sql`` : sql`AND ${isOfIncident(incidentId)}`
      const until = upTo === undefined ? sql`` : sql`AND e.seq <= ${upTo}`
      const isOld = beforeMonth === undefined ? sql`` : sql`AND l.at < ${`${beforeMonth}-01 00:00:00+00`}::timestamptz`
      const { rows } = await db.execute<Row>(sql`
        SELECT e.seq, l.bytes, e.leaf_hash AS "leafHash", e.prev_hash AS "prevHash", e.hash, l.entry_id AS "entryId",
               l.event, l.incident_id AS "incidentId", l.leaf_hash AS "ownLeafHash"
          FROM audit_entries e LEFT JOIN audit_leaves l ON l.id = e.leaf_id AND l.at = e.leaf_at
         WHERE e.seq > ${after} ${until} ${ofIncident} ${isOld} ORDER BY e.seq LIMIT ${limit}`)
      return rows.map(toEntry)
    },
    async countSkipped(after) {
      // Leaves get their ids a moment before their numbers, and not in quite the same order.
      const { rows } = await db.execute<{ count: number }>(sql`
        SELECT count(*)::int AS count FROM audit_sequencer s, audit_leaves l
         WHERE l.id > coalesce((SELECT leaf_id FROM audit_entries WHERE seq = ${after}), 0) - ${OUT_OF_ORDER}
           AND (l.xid, l.id) <= (s.last_xid, s.last_leaf_id)
           AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.leaf_id = l.id AND e.seq <= s.size)`)
      return rows[0]?.count ?? 0
    },
    async listLeafHashes(size) {
      const { rows } = await db.execute<{ hash: string }>(sql`
        SELECT leaf_hash AS hash FROM audit_entries WHERE seq <= ${size} ORDER BY seq`)
      return rows.map((row) => row.hash)
    },
  }
}

function toEntry({ entryId, event, incidentId, ownLeafHash, ...entry }: Row): AuditEntry {
  const isHere = entryId !== null && event !== null && ownLeafHash !== null
  return { ...entry, columns: isHere ? { entryId, event, incidentId, leafHash: ownLeafHash } : null }
}

/**
 * By the bytes, which are hashed, and by the column beside them, which is not: whoever changed the column would else take
 * an entry out of an incident's export without a trace. The bytes are canonical JSON, so a member reads one way alone; one
 * of an inner object reads the same, and is left out by whoever parses them.
 */
function isOfIncident(incidentId: string) {
  const member = `"incidentId":${JSON.stringify(incidentId)}`
  return sql`(l.incident_id = ${incidentId} OR position(convert_to(${member}, 'UTF8') IN l.bytes) > 0)`
}
