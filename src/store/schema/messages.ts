import { bigserial, check, index, integer, jsonb, pgTable, sql, text, uniqueIndex } from '../drizzle.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'

/** Every sent copy of an incident's card. */
export const cards = pgTable(
  'cards',
  {
    id: text('id').primaryKey(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    surface: text('surface').notNull(),
    channel: text('channel').notNull(),
    /** null until the post was answered. */
    message: text('message'),
    attemptedAt: at('attempted_at'),
    postedAt: at('posted_at'),
    updatedAt: at('updated_at'),
    /** When it was last asked for since a freeze came or went. */
    askedAt: at('asked_at'),
    /** Hash of what is shown, so that an unchanged card is not sent again. */
    shownHash: text('shown_hash'),
  },
  (table) => [
    uniqueIndex('cards_incident_place').on(table.incidentId, table.surface, table.channel),
    index('cards_message').on(table.surface, table.channel, table.message),
  ],
)

export const outboxMessages = pgTable(
  'outbox_messages',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    surface: text('surface').notNull(),
    kind: text('kind').notNull(),
    incidentId: text('incident_id'),
    /** The channel it goes to, for budgets; null for direct messages. */
    channel: text('channel'),
    priority: integer('priority').notNull(),
    /** Waiting messages with the same key are one. */
    coalesceKey: text('coalesce_key'),
    payload: jsonb('payload').$type<JsonObject>().notNull(),
    state: text('state').notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    /** Tries that began and came to no end: the process that made them is gone, perhaps because of them. */
    begun: integer('begun').notNull().default(0),
    /** Grows when the same message is asked for again: what was sent meanwhile is then sent once more. */
    version: integer('version').notNull().default(1),
    notBefore: at('not_before').notNull().default(now),
    lastError: text('last_error'),
    createdAt: at('created_at').notNull().default(now),
    sentAt: at('sent_at'),
  },
  (table) => [
    check('outbox_state', oneOf('state', ['waiting', 'sending', 'sent', 'dead'])),
    uniqueIndex('outbox_coalesce')
      .on(table.coalesceKey)
      .where(sql`state = 'waiting' and coalesce_key is not null`),
    index('outbox_due')
      .on(table.surface, table.priority, table.id)
      .where(sql`state in ('waiting', 'sending')`),
  ],
)
