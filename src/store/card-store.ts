import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, or, sql } from './drizzle.ts'
import { cardIdOf } from '../domain/card-id.ts'
import { cards, incidents, proposals, runs } from './schema.ts'
import type { Card, CardQueries, CardStore, PlanOfCard, ShownCard, ShownCardsPage } from '../ports/card-store.ts'
import type { Database } from './database.ts'
import type { Plan } from '../domain/plan.ts'
import type { SurfaceName } from '../domain/surface.ts'

export function createCardStore(db: Database): CardStore {
  return {
    ensure: (incidentId, surface, channel, isAttempted = false) =>
      ensure(db, { incidentId, surface, channel, isAttempted }),
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
    markFirstShown: async (cardId, reference, shownHash) => {
      await db.execute(sql`
        WITH shown AS (
          UPDATE cards SET message = ${reference.message}, shown_hash = ${shownHash},
                 posted_at = coalesce(posted_at, clock_timestamp()), updated_at = clock_timestamp()
           WHERE id = ${cardId} RETURNING surface, incident_id
        )
        UPDATE outbox_messages SET state = 'sent', sent_at = clock_timestamp()
          FROM shown WHERE coalesce_key = shown.surface || ' card ' || shown.incident_id
                       AND outbox_messages.state = 'waiting' AND outbox_messages.version = 1`)
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
    listShown: (page) => listShown(db, page),
    listPlans: (incidentIds) => listPlans(db, incidentIds),
    markAsked: async (incidentIds, at) => {
      await db
        .update(cards)
        .set({ askedAt: at })
        .where(inArray(cards.incidentId, [...incidentIds]))
    },
  }
}

/** A card is built a while before it counts as shown: a vendor may take so long. */
const SPEAKS_OF = sql`min(greatest(${cards.updatedAt} - interval '30 seconds', ${cards.askedAt}))`

async function listShown(db: Database, { before, after, limit }: ShownCardsPage): Promise<readonly ShownCard[]> {
  const { id, service, environment, state } = incidents
  return db
    .select({ incidentId: id, service, environment, speaksOf: SPEAKS_OF.mapWith(cards.updatedAt) })
    .from(cards)
    .innerJoin(incidents, eq(cards.incidentId, id))
    .where(and(ne(state, 'resolved'), isNotNull(cards.updatedAt), after === null ? undefined : gt(id, after)))
    .groupBy(id)
    .having(lt(SPEAKS_OF, before.toISOString()))
    .orderBy(id)
    .limit(limit)
}

/** A run that has succeeded or was undone has no way back any more. */
const UNDOABLE_OR_ACTIVE = sql`(${runs.state} IN ('queued', 'running', 'waiting', 'unknown', 'failed', 'stopped'))`

async function listPlans(db: Database, incidentIds?: readonly string[]): Promise<readonly PlanOfCard[]> {
  if (incidentIds?.length === 0) return []
  const rows = await db
    .select({ incidentId: proposals.incidentId, planJson: proposals.planJson, closedAt: proposals.closedAt })
    .from(proposals)
    .innerJoin(incidents, eq(proposals.incidentId, incidents.id))
    .leftJoin(runs, eq(runs.proposalId, proposals.id))
    .where(
      and(
        ne(incidents.state, 'resolved'),
        or(isNull(proposals.closedAt), UNDOABLE_OR_ACTIVE),
        incidentIds === undefined ? undefined : inArray(proposals.incidentId, [...incidentIds]),
      ),
    )
    .orderBy(proposals.incidentId, proposals.id)
  return rows.map(({ incidentId, planJson, closedAt }) => ({
    ...{ incidentId, plan: JSON.parse(planJson) as Plan, isOpen: closedAt === null },
  }))
}

interface WantedCard extends Pick<Card, 'incidentId' | 'surface' | 'channel'> {
  readonly isAttempted: boolean
}

async function ensure(db: Database, wanted: WantedCard): Promise<Card> {
  const { incidentId, surface, channel, isAttempted } = wanted
  const attempt = isAttempted ? { attemptedAt: sql`clock_timestamp()` } : {}
  const [row] = await db
    .insert(cards)
    .values({ id: cardIdOf(incidentId, surface, channel), incidentId, surface, channel, ...attempt })
    .onConflictDoUpdate({
      target: [cards.incidentId, cards.surface, cards.channel],
      set: { channel: sql`excluded.channel`, ...attempt },
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
