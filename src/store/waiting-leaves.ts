import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'

/**
 * Leaves behind the sequencer's place, in its order: the ways below lead through the index from that place on. Asked in
 * one join with the entries, or without order and limit, the planner reads the whole log once a look, as soon as it is
 * large enough.
 */
export interface Behind {
  /** Of the last leaf that has a number. */
  readonly xid: SQL
  readonly leafId: SQL
  readonly limit: number
  /** Only what no running transaction can precede any more. */
  readonly below?: SQL
}

export function leavesBehind({ xid, leafId, limit, below }: Behind): SQL {
  return sql`(
    SELECT l.id, l.xid, l.at, l.leaf_hash FROM audit_leaves l
     WHERE (l.xid, l.id) > (${xid}, ${leafId}) ${below === undefined ? sql`` : sql`AND l.xid < ${below}`}
     ORDER BY l.xid, l.id LIMIT ${sql.raw(String(limit))})`
}

/** For what a pass over a restored log has numbered out of order: one look into the index a leaf, never a whole join. */
export const NUMBER_OF_LEAF = sql`(SELECT e.leaf_id FROM audit_entries e WHERE e.leaf_id = leaf.id LIMIT 1)`
