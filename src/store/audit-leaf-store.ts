import { sql } from './drizzle.ts'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { AuditLeafStore } from '../ports/audit-leaf-store.ts'
import type { Database } from './database.ts'

/**
 * Appends in the caller's transaction. The service may fill in these five columns only: number, transaction id and
 * time are the database's own. There is no wake-up for the sequencer here: notifying transactions commit one after
 * the other, which would throttle every writer; the sequencer looks every second.
 */
export function createAuditLeafStore(db: Database): AuditLeafStore {
  return {
    async append(leaves) {
      if (leaves.length === 0) return
      await db.execute(
        sql`INSERT INTO audit_leaves (entry_id, event, incident_id, bytes, leaf_hash) VALUES ${sql.join(leaves.map(toRow), sql`, `)}`,
      )
    },
  }
}

function toRow(leaf: SealedLeaf) {
  return sql`(${leaf.entryId}, ${leaf.event}, ${leaf.incidentId}, ${Buffer.from(leaf.bytes)}, ${leaf.leafHash})`
}
