import { and, eq, isNull, sql } from './drizzle.ts'
import { capturedMessages } from './schema.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { CapturedMessage, CapturedMessageStore, MessagePlace } from '../ports/captured-message-store.ts'
import type { Database } from './database.ts'
import type { SurfaceName } from '../domain/surface.ts'

/**
 * State machine of a captured message: captured → edited (any number of times) → deleted. The original text stays
 * through all of it; a change that arrives twice, or after the end, changes no row.
 */
export function createCapturedMessageStore(db: Database): CapturedMessageStore {
  return {
    insert: async (message) => {
      const original = storableText(message.original)
      const author = storableText(message.author)
      const rows = await db
        .insert(capturedMessages)
        .values({ ...message, original, author })
        .onConflictDoNothing()
        .returning()
      return rows.map(toMessage)[0]
    },
    find: async (place) => {
      const rows = await db.select().from(capturedMessages).where(at(place)).limit(1)
      return rows.map(toMessage)[0]
    },
    fill: async (place, author, original) => {
      const isUnread = and(at(place), eq(capturedMessages.original, ''), isNull(capturedMessages.edited))
      const change = { original: storableText(original), author: storableText(author) }
      const rows = await db.update(capturedMessages).set(change).where(isUnread).returning()
      return rows.map(toMessage)[0]
    },
    edit: async (place, text) => {
      const edited = storableText(text)
      const saysElse = sql`coalesce(${capturedMessages.edited}, ${capturedMessages.original}) <> ${edited}`
      const rows = await db
        .update(capturedMessages)
        .set({ edited, editedAt: sql`clock_timestamp()` })
        .where(and(at(place), isNull(capturedMessages.deletedAt), saysElse))
        .returning()
      return rows.map(toMessage)[0]
    },
    remove: async (place) => {
      const rows = await db
        .update(capturedMessages)
        .set({ deletedAt: sql`clock_timestamp()` })
        .where(and(at(place), isNull(capturedMessages.deletedAt)))
        .returning()
      return rows.map(toMessage)[0]
    },
  }
}

function at({ surface, channel, message }: MessagePlace) {
  return and(
    eq(capturedMessages.surface, surface),
    eq(capturedMessages.channel, channel),
    eq(capturedMessages.message, message),
  )
}

function toMessage(row: typeof capturedMessages.$inferSelect): CapturedMessage {
  return {
    surface: row.surface as SurfaceName,
    channel: row.channel,
    message: row.message,
    incidentId: row.incidentId,
    author: row.author,
    capturedBy: row.capturedBy,
    original: row.original,
    edited: row.edited,
    capturedAt: row.capturedAt,
    deletedAt: row.deletedAt,
  }
}
