import { and, desc, eq, ne, sql } from './drizzle.ts'
import { cards, incidents } from './schema.ts'
import type { Card, CardQueries, CardStore } from '../ports/card-store.ts'
import type { Database } from './database.ts'
import type { SurfaceName } from '../domain/surface.ts'

export function createCardStore(db: Database): CardStore {
  return {
    ensure: (incidentId, surface, channel) => ensure(db, incidentId, surface, channel),
    markAttempted: async (cardId) => {
      await db
        .update(cards)
        .set({ attemptedAt: sql`clock_timestamp()` })
        .where(eq(cards.id, cardId))
    },
    markShown: async (cardId, reference, shownHash) => {
      await db
        .update(cards)
        .set({
          message: reference.message,
          shownHash,
          postedAt: sql`coalesce(${cards.postedAt}, clock_timestamp())`,
          updatedAt: sql`clock_timestamp()`,
        })
        .where(eq(cards.id, cardId))
    },
    listByIncident: async (incidentId) => {
      const rows = await db.select().from(cards).where(eq(cards.incidentId, incidentId)).orderBy(cards.id)
      return rows.map(toCard)
    },
  }
}

export function createCardQueries(db: Database): CardQueries {
  return {
    findByMessage: async (surface, channel, message) => {
      const where = and(eq(cards.surface, surface), eq(cards.channel, channel), eq(cards.message, message))
      const [row] = await db.select().from(cards).where(where).limit(1)
      return row === undefined ? undefined : toCard(row)
    },
    listOpenIncidents: async (surface, channel) => {
      const rows = await db
        .select({ id: incidents.id })
        .from(cards)
        .innerJoin(incidents, eq(cards.incidentId, incidents.id))
        .where(and(eq(cards.surface, surface), eq(cards.channel, channel), ne(incidents.state, 'resolved')))
        .orderBy(desc(incidents.openedAt))
        .limit(20)
      return rows.map((row) => row.id)
    },
  }
}

/** The id is opaque and travels in the message's metadata, so that a post whose answer was lost can be found. */
async function ensure(db: Database, incidentId: string, surface: SurfaceName, channel: string): Promise<Card> {
  const [row] = await db
    .insert(cards)
    .values({ id: `${incidentId}/${surface}/${channel}`, incidentId, surface, channel })
    .onConflictDoUpdate({
      target: [cards.incidentId, cards.surface, cards.channel],
      set: { channel: sql`excluded.channel` },
    })
    .returning()
  if (row === undefined) throw new TypeError('An upsert that always writes returned no row.')
  return toCard(row)
}

function toCard(row: typeof cards.$inferSelect): Card {
  return {
    id: row.id,
    incidentId: row.incidentId,
    surface: row.surface as SurfaceName,
    channel: row.channel,
    reference: row.message === null ? null : { channel: row.channel, message: row.message },
    attemptedAt: row.attemptedAt,
    shownHash: row.shownHash,
  }
}
