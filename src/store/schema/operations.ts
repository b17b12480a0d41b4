import { bigint, bigserial, check, integer, pgTable, sql, text, uniqueIndex } from '../drizzle.ts'
import { STANDSTILL_KINDS } from '../../domain/standstill.ts'
import { at, now, oneOf } from './columns.ts'

/** Named leases by database time: one deliverer per surface, one clock tick. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  owner: text('owner').notNull(),
  fence: bigint('fence', { mode: 'number' }).notNull().default(1),
  until: at('until').notNull(),
})

/** Heartbeats of running replicas, for readiness, for the auditor of stuck work and for the console. */
export const replicas = pgTable('replicas', {
  id: text('id').primaryKey(),
  role: text('role').notNull(),
  version: text('version').notNull(),
  startedAt: at('started_at').notNull().default(now),
  seenAt: at('seen_at').notNull().default(now),
  stoppedAt: at('stopped_at'),
})

/** The duties of the clock. `begun` counts tries that came to no end: a duty that ends its process is set aside. */
export const clockDuties = pgTable('clock_duties', {
  name: text('name').primaryKey(),
  begun: integer('begun').notNull().default(0),
  begunAt: at('begun_at').notNull().default(now),
  endedAt: at('ended_at'),
})

/** Work that ought to go on and does not. One open row per key, so that people are called once. */
export const standstills = pgTable(
  'standstills',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    incidentId: text('incident_id'),
    runId: text('run_id'),
    text: text('text').notNull(),
    foundAt: at('found_at').notNull().default(now),
    /** When the pager took it; null where none is configured or it has not answered. */
    pagedAt: at('paged_at'),
    endedAt: at('ended_at'),
    /** When the pager took that it is over. */
    clearedAt: at('cleared_at'),
  },
  (table) => [
    check('standstills_kind', oneOf('kind', STANDSTILL_KINDS)),
    uniqueIndex('standstills_open')
      .on(table.key)
      .where(sql`ended_at is null`),
  ],
)
