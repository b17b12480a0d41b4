import {
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  sql,
  text,
  uniqueIndex,
} from '../drizzle.ts'
import { CONFIGURATION_STATES, REVIEWS } from '../../domain/configuration.ts'
import { at, bytea, now, oneOf } from './columns.ts'

export const configurationChangeIds = pgSequence('configuration_change_ids')

/** The exact text of every policy and playbook of one version; kept for as long as the log speaks of it. */
export const configurationVersions = pgTable('configuration_versions', {
  digest: text('digest').primaryKey(),
  files: bytea('files').notNull(),
  createdAt: at('created_at').notNull().default(now),
})

/** Which playbooks a version holds, so that a running plan's own can be asked for. */
export const configurationPlaybooks = pgTable(
  'configuration_playbooks',
  {
    version: text('version')
      .notNull()
      .references(() => configurationVersions.digest),
    name: text('name').notNull(),
    digest: text('digest').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.version, table.name] }),
    index('configuration_playbooks_digest').on(table.digest),
  ],
)

/** A version that was found and is, or was, put to people. */
export const configurationChanges = pgTable(
  'configuration_changes',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'CFG-' || nextval('configuration_change_ids')`),
    digest: text('digest')
      .notNull()
      .references(() => configurationVersions.digest),
    /** What was in force when it was found; null for the very first. */
    parent: text('parent').references(() => configurationVersions.digest),
    state: text('state').notNull().default('pending'),
    /** How it is, or was, accepted. */
    review: text('review').notNull(),
    seenBy: text('seen_by').notNull(),
    createdAt: at('created_at').notNull().default(now),
    closedAt: at('closed_at'),
    closedReason: text('closed_reason'),
  },
  (table) => [
    check('configuration_changes_state', oneOf('state', CONFIGURATION_STATES)),
    check('configuration_changes_review', oneOf('review', REVIEWS)),
    uniqueIndex('configuration_changes_one_pending')
      .on(table.digest)
      .where(sql`state = 'pending'`),
    index('configuration_changes_digest').on(table.digest),
  ],
)

/** One row: which version decides now. Whoever accepts holds its lock. */
export const configurationInForce = pgTable(
  'configuration_in_force',
  {
    id: integer('id').primaryKey().default(1),
    digest: text('digest')
      .notNull()
      .references(() => configurationVersions.digest),
    changeId: text('change_id')
      .notNull()
      .references(() => configurationChanges.id),
    since: at('since').notNull().default(now),
  },
  () => [check('configuration_in_force_one', sql`id = 1`)],
)

/** Keyed by change and person, so that one person counts once, whatever the platform. */
export const configurationDecisions = pgTable(
  'configuration_decisions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    changeId: text('change_id')
      .notNull()
      .references(() => configurationChanges.id),
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    decision: text('decision').notNull(),
    reason: text('reason'),
    digest: text('digest').notNull(),
    rolesAtTime: jsonb('roles_at_time').$type<string[]>().notNull(),
    surface: text('surface').notNull(),
    at: at('at').notNull().default(now),
  },
  (table) => [
    uniqueIndex('configuration_decisions_one_per_person').on(table.changeId, table.personId, table.decision),
    check('configuration_decisions_decision', oneOf('decision', ['approve', 'reject'])),
  ],
)

/** Where a change was shown in chat, so that its buttons count there and give way when it is decided. */
export const configurationNotices = pgTable(
  'configuration_notices',
  {
    changeId: text('change_id')
      .notNull()
      .references(() => configurationChanges.id),
    surface: text('surface').notNull(),
    channel: text('channel').notNull(),
    message: text('message').notNull(),
    at: at('at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.changeId, table.surface, table.channel] }),
    index('configuration_notices_message').on(table.surface, table.channel, table.message),
  ],
)
