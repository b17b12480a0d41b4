import { bigint, bigserial, check, index, integer, jsonb, pgTable, primaryKey, sql, text } from '../drizzle.ts'
import { at, bytea, now, xid8 } from './columns.ts'

/**
 * Stage one of the audit log: INSERT and SELECT only for the application, by grants and by triggers. Partitioned by the
 * month of `at` (`migrations/0011_audit_months.sql`), so that the bytes of old months can be archived.
 */
export const auditLeaves = pgTable(
  'audit_leaves',
  {
    id: bigserial('id', { mode: 'number' }).notNull(),
    xid: xid8('xid')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    at: at('at').notNull().default(now),
    entryId: text('entry_id').notNull(),
    event: text('event').notNull(),
    incidentId: text('incident_id'),
    bytes: bytea('bytes').notNull(),
    leafHash: text('leaf_hash').notNull(),
  },
  (table) => [
    primaryKey({ name: 'audit_leaves_pkey', columns: [table.id, table.at] }),
    index('audit_leaves_order').on(table.xid, table.id),
    index('audit_leaves_incident').on(table.incidentId),
    // The bytes are what counts: a leaf whose hash is not theirs never gets in.
    check('audit_leaves_hash', sql`leaf_hash = encode(sha256('\\x00'::bytea || bytes), 'hex')`),
  ],
)

/**
 * Stage two: the sequencer's numbering and chain, insert-only as well. These narrow rows stay for ever: chain and tree
 * are whole also where the bytes of a month were archived. `leafAt` finds the month of a leaf without asking each.
 */
export const auditEntries = pgTable('audit_entries', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  leafId: bigint('leaf_id', { mode: 'number' }).notNull().unique(),
  leafAt: at('leaf_at').notNull(),
  leafHash: text('leaf_hash').notNull(),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
  sequencedAt: at('sequenced_at').notNull().default(now),
})

/** The sequencer's place; one row, locked while it works. `frontier` is the compact Merkle range of all leaf hashes so far. */
export const auditSequencer = pgTable('audit_sequencer', {
  id: integer('id').primaryKey().default(1),
  /** Which log this is, on every checkpoint. */
  origin: text('origin')
    .notNull()
    .default(sql`'countersign/' || gen_random_uuid()`),
  epoch: integer('epoch').notNull().default(1),
  size: bigint('size', { mode: 'number' }).notNull().default(0),
  lastHash: text('last_hash').notNull(),
  lastXid: xid8('last_xid').notNull(),
  lastLeafId: bigint('last_leaf_id', { mode: 'number' }).notNull().default(0),
  /** Transaction ids mean something only within one cluster: after a dump and restore the sequencer starts from a new place. */
  clusterId: text('cluster_id'),
  frontier: jsonb('frontier').$type<string[]>().notNull().default([]),
  /** How many entries a checkpoint covers that stands in enough places; null before the first one. */
  covered: bigint('covered', { mode: 'number' }),
})
