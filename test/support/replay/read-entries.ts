import type { RowSource } from './row-source.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

/** The numbered entries in the order of the log; what has no number yet is not on it. */
export async function readEntries(source: RowSource): Promise<readonly JsonObject[]> {
  const rows = await source.rows<{ bytes: Buffer }>(
    `SELECT l.bytes FROM audit_entries e JOIN audit_leaves l ON l.id = e.leaf_id ORDER BY e.seq`,
  )
  return rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as JsonObject)
}
