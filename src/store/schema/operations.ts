import { bigint, pgTable, text } from '../drizzle.ts'
import { at, now } from './columns.ts'

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
