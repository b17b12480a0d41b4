import { bigserial, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from '../drizzle.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, bytea, now } from './columns.ts'

/** One row per verified request: the same source and key again is a duplicate; the exact bytes are kept. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    source: text('source').notNull(),
    deliveryKey: text('delivery_key').notNull(),
    body: bytea('body').notNull(),
    status: integer('status').notNull(),
    /** The answer given, so that a replay gets the same. */
    answer: jsonb('answer').$type<JsonObject>().notNull(),
    replays: integer('replays').notNull().default(0),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [
    uniqueIndex('deliveries_source_key').on(table.source, table.deliveryKey),
    index('deliveries_received').on(table.receivedAt),
  ],
)

/** Refusals before authentication: one audit entry per source, reason and minute, with a count. */
export const refusalCounts = pgTable(
  'refusal_counts',
  {
    source: text('source').notNull(),
    reason: text('reason').notNull(),
    minute: at('minute').notNull(),
    count: integer('count').notNull().default(1),
    auditedAt: at('audited_at'),
  },
  (table) => [primaryKey({ columns: [table.source, table.reason, table.minute] })],
)

/** Verified requests already served (Slack signatures, Teams activities, console posts); rows older than a day are dropped. */
export const servedRequests = pgTable(
  'served_requests',
  {
    surface: text('surface').notNull(),
    requestKey: text('request_key').notNull(),
    status: integer('status'),
    answer: text('answer'),
    replays: integer('replays').notNull().default(0),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.surface, table.requestKey] }),
    index('served_requests_received').on(table.receivedAt),
  ],
)
