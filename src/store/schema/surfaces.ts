import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text } from '../drizzle.ts'
import { SURFACES } from '../../domain/surface.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, bytea, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'

/** One row a workspace, or one for a whole organisation. The tokens are sealed: the database alone cannot use them. */
export const slackInstallations = pgTable('slack_installations', {
  /** `T…` of a workspace; `E…` of an organisation that installed it for all its workspaces. */
  id: text('id').primaryKey(),
  isOrganisation: boolean('is_organisation').notNull(),
  name: text('name'),
  appId: text('app_id'),
  botUserId: text('bot_user_id'),
  sealed: bytea('sealed').notNull(),
  /** Which key sealed it, so that a key can be replaced. */
  keyId: text('key_id').notNull(),
  installedBy: text('installed_by'),
  installedAt: at('installed_at').notNull().default(now),
  updatedAt: at('updated_at').notNull().default(now),
})

/** Where the bot may speak in Teams; the service address is the newest that an authenticated activity named. */
export const teamsConversations = pgTable(
  'teams_conversations',
  {
    /** Conversation id without `;messageid=`. */
    id: text('id').primaryKey(),
    tenant: text('tenant').notNull(),
    kind: text('kind').notNull(),
    /** aadObjectId of the person of a personal chat. */
    personAccount: text('person_account'),
    serviceUrl: text('service_url').notNull(),
    reference: jsonb('reference').$type<JsonObject>().notNull(),
    seenAt: at('seen_at').notNull().default(now),
    /** The app was taken out: nothing is sent there any more. */
    removedAt: at('removed_at'),
  },
  (table) => [
    check('teams_conversations_kind', oneOf('kind', ['channel', 'group', 'personal'])),
    index('teams_conversations_person').on(table.tenant, table.personAccount),
  ],
)

/** A channel of its own for one incident: wanted → open | failed. */
export const incidentRooms = pgTable(
  'incident_rooms',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    surface: text('surface').notNull(),
    state: text('state').notNull().default('wanted'),
    name: text('name').notNull(),
    channel: text('channel'),
    /** What is set up already: topic, invitations, pin, bookmarks; each is done once. */
    done: jsonb('done').$type<string[]>().notNull().default([]),
    detail: text('detail'),
    createdAt: at('created_at').notNull().default(now),
    updatedAt: at('updated_at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.incidentId, table.surface] }),
    check('incident_rooms_state', oneOf('state', ['wanted', 'open', 'failed'])),
    check('incident_rooms_surface', oneOf('surface', SURFACES)),
    index('incident_rooms_channel').on(table.surface, table.channel),
  ],
)

/** The message that shows an incident's picture, so that it is changed and not posted again. */
export const shownPictures = pgTable(
  'shown_pictures',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    surface: text('surface').notNull(),
    message: text('message').notNull(),
    /** Of what it marks; the series alone goes on all the time. */
    shownHash: text('shown_hash').notNull(),
    times: integer('times').notNull().default(1),
    shownAt: at('shown_at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.incidentId, table.surface] }),
    check('shown_pictures_surface', oneOf('surface', SURFACES)),
  ],
)

/** A chat message that a person put on the timeline; what it said first and what it says now are both kept. */
export const capturedMessages = pgTable(
  'captured_messages',
  {
    surface: text('surface').notNull(),
    channel: text('channel').notNull(),
    message: text('message').notNull(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    /** Account of who wrote it, and the person where the directory knows them. */
    author: text('author').notNull(),
    capturedBy: text('captured_by').notNull(),
    original: text('original').notNull(),
    edited: text('edited'),
    capturedAt: at('captured_at').notNull().default(now),
    editedAt: at('edited_at'),
    deletedAt: at('deleted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.surface, table.channel, table.message] }),
    index('captured_messages_incident').on(table.incidentId),
  ],
)

/** Whether a surface can be reached, as its deliverer last saw it; every card says where the others cannot. */
export const surfaceStates = pgTable('surface_states', {
  surface: text('surface').primaryKey(),
  isReachable: boolean('is_reachable').notNull(),
  since: at('since').notNull().default(now),
  detail: text('detail'),
  seenAt: at('seen_at').notNull().default(now),
})
