import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { AuditLeafStore } from '../ports/audit-leaf-store.ts'
import type { Database } from './database.ts'
import { fixedStatement } from './fixed-statement.ts'
import type { ValueOf } from './fixed-statement.ts'

/**
 * Appends in the caller's transaction. The service may fill in these five columns only: number, transaction id and
 * time are the database's own. There is no wake-up for the sequencer here: notifying transactions commit one after
 * the other, which would throttle every writer; the sequencer looks every second.
 */
export function createAuditLeafStore(db: Database): AuditLeafStore {
  return {
    async append(leaves) {
      const [leaf, ...others] = leaves
      if (leaf === undefined) return
      if (others.length === 0) await APPEND_ONE(db, leafValues(leaf))
      else await db.execute(sql`${INTO} VALUES ${sql.join(leaves.map(toRow), sql`, `)}`)
    },
  }
}

const INTO = sql`INSERT INTO audit_leaves (entry_id, event, incident_id, bytes, leaf_hash)`

/** Nearly everything that happens is one entry. */
const APPEND_ONE = fixedStatement<LeafValues, object>((value) => sql`${INTO} VALUES (${columns(value)})`)

function toRow(leaf: SealedLeaf): SQL {
  const values = leafValues(leaf)
  return sql`(${columns((name) => sql`${values[name]}`)})`
}

export interface LeafValues {
  readonly leafId: string
  readonly leafEvent: string
  readonly leafIncidentId: string | null
  readonly leafBytes: Buffer
  readonly leafHash: string
}

export function leafValues({ entryId, event, incidentId, bytes, leafHash }: SealedLeaf): LeafValues {
  const leafBytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { leafId: entryId, leafEvent: event, leafIncidentId: incidentId, leafBytes, leafHash }
}

/** The leaf as part of a statement that goes on from the rows of `source`: stands exactly when there is one. */
export function appendLeaf(value: ValueOf<LeafValues>, source: SQL): SQL {
  return sql`${INTO} SELECT ${columns(value)} FROM ${source}`
}

/** Two in their order, so that they are numbered in it. */
export function appendBothLeaves(value: ValueOf<LeafValues & NextLeafValues>, source: SQL): SQL {
  const next: ValueOf<LeafValues> = (name) => value(`next_${name}`)
  return sql`${appendLeaf(value, source)} UNION ALL SELECT ${columns(next)} FROM ${source}`
}

export type NextLeafValues = { readonly [Name in keyof LeafValues as `next_${Name}`]: LeafValues[Name] }

export function nextLeafValues(leaf: SealedLeaf): NextLeafValues {
  const { leafId, leafEvent, leafIncidentId, leafBytes, leafHash } = leafValues(leaf)
  return {
    next_leafId: leafId,
    next_leafEvent: leafEvent,
    next_leafIncidentId: leafIncidentId,
    next_leafBytes: leafBytes,
    next_leafHash: leafHash,
  }
}

function columns(value: ValueOf<LeafValues>): SQL {
  return sql`${value('leafId')}, ${value('leafEvent')}, ${value('leafIncidentId')}, ${value('leafBytes')}::bytea, ${value('leafHash')}`
}
