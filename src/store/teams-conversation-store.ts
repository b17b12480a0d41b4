import { and, desc, eq, isNull, or, sql } from './drizzle.ts'
import { storableJson } from './storable-json.ts'
import { teamsConversations } from './schema.ts'
import type { Database } from './database.ts'
import type {
  TeamsConversation,
  TeamsConversationKind,
  TeamsConversationStore,
} from '../ports/teams-conversation-store.ts'

export function createTeamsConversationStore(db: Database): TeamsConversationStore {
  return {
    remember: (conversation) => remember(db, conversation),
    find: async (id) => {
      const where = and(eq(teamsConversations.id, id), isNull(teamsConversations.removedAt))
      const [row] = await db.select().from(teamsConversations).where(where)
      return row === undefined ? undefined : toConversation(row)
    },
    findPersonal: async (tenant, personAccount) => {
      const isTheirs = and(eq(teamsConversations.tenant, tenant), eq(teamsConversations.personAccount, personAccount))
      const isThere = and(eq(teamsConversations.kind, 'personal'), isNull(teamsConversations.removedAt))
      const [row] = await db
        .select()
        .from(teamsConversations)
        .where(and(isTheirs, isThere))
        .orderBy(desc(teamsConversations.seenAt))
        .limit(1)
      return row === undefined ? undefined : toConversation(row)
    },
    listNewestChannels: async (tenant, most) => {
      const isThere = and(eq(teamsConversations.kind, 'channel'), isNull(teamsConversations.removedAt))
      const rows = await db
        .select()
        .from(teamsConversations)
        .where(and(eq(teamsConversations.tenant, tenant), isThere))
        .orderBy(desc(teamsConversations.seenAt))
        .limit(most)
      return rows.map(toConversation)
    },
    findNewestServiceUrl: async (tenant) => {
      const [row] = await db
        .select({ serviceUrl: teamsConversations.serviceUrl })
        .from(teamsConversations)
        .where(tenant === null ? undefined : eq(teamsConversations.tenant, tenant))
        .orderBy(desc(teamsConversations.seenAt))
        .limit(1)
      return row?.serviceUrl
    },
    markRemoved: async (id, team) => {
      const isOfTeam = team === null ? undefined : eq(sql`${teamsConversations.reference} ->> 'team'`, team)
      await db
        .update(teamsConversations)
        .set({ removedAt: sql`clock_timestamp()` })
        .where(or(eq(teamsConversations.id, id), isOfTeam))
    },
  }
}

async function remember(db: Database, conversation: TeamsConversation): Promise<void> {
  const { id, tenant, kind, personAccount, serviceUrl, reference } = conversation
  const values = { tenant, kind, personAccount, serviceUrl, reference: storableJson(reference) }
  await db
    .insert(teamsConversations)
    .values({ id, ...values })
    .onConflictDoUpdate({
      target: teamsConversations.id,
      set: { ...values, seenAt: sql`clock_timestamp()`, removedAt: null },
    })
}

function toConversation(row: typeof teamsConversations.$inferSelect): TeamsConversation {
  const { id, tenant, personAccount, serviceUrl, reference } = row
  return { id, tenant, kind: row.kind as TeamsConversationKind, personAccount, serviceUrl, reference }
}
