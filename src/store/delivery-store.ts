import { and, eq, sql } from './drizzle.ts'
import type { Database } from './database.ts'
import { deliveries, servedRequests } from './schema.ts'
import type { Delivery, DeliveryStore, ExpectedAnswer, ServedAnswer } from '../ports/delivery-store.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storableJson } from './storable-json.ts'

/**
 * The row is inserted first in its transaction: of identical requests at the same time the second waits for the first
 * to commit and then gets its answer. Whoever rolls back leaves nothing, so the sender's next try is new again.
 */
export function createDeliveryStore(db: Database): DeliveryStore {
  return {
    accept: (delivery, expected) => accept(db, delivery, expected),
    answer: async ({ source, key }, status, answer) => {
      await db
        .update(deliveries)
        .set({ status, answer: storableJson(answer) })
        .where(and(eq(deliveries.source, source), eq(deliveries.deliveryKey, key)))
    },
    serve: (surface, requestKey) => serve(db, surface, requestKey),
    servedAnswer: async (surface, requestKey) => {
      const [row] = await db
        .select({ status: servedRequests.status, answer: servedRequests.answer })
        .from(servedRequests)
        .where(and(eq(servedRequests.surface, surface), eq(servedRequests.requestKey, requestKey)))
      return row
    },
    served: async (surface, requestKey, status, answer) => {
      await db
        .update(servedRequests)
        .set({ status, answer: answer ?? null })
        .where(and(eq(servedRequests.surface, surface), eq(servedRequests.requestKey, requestKey)))
    },
  }
}

interface AcceptedRow extends Record<string, unknown> {
  readonly status: number
  readonly answer: JsonObject
  readonly replays: number
}

/** Locks are taken in one order, so that two deliveries never wait for each other. */
async function accept(
  db: Database,
  { source, key, body }: Delivery,
  { locks, answer }: ExpectedAnswer,
): Promise<{ readonly status: number; readonly answer: JsonObject } | undefined> {
  const names = [...new Set(locks)].sort()
  const { rows } = await db.execute<AcceptedRow>(sql`
    WITH locked AS (
      SELECT count(pg_advisory_xact_lock(hashtextextended(name, 0))) AS locks
        FROM (SELECT name FROM unnest(${sql.param(names)}::text[]) AS name ORDER BY name) AS ordered
    )
    INSERT INTO deliveries AS had (source, delivery_key, body, status, answer)
    SELECT ${source}, ${key}, ${Buffer.from(body)}::bytea, 202, ${JSON.stringify(storableJson(answer))}::jsonb FROM locked WHERE locks >= 0
    ON CONFLICT (source, delivery_key) DO UPDATE SET replays = had.replays + 1
    RETURNING status, answer, replays`)
  const [row] = rows
  return row === undefined || row.replays === 0 ? undefined : { status: row.status, answer: row.answer }
}

async function serve(db: Database, surface: string, requestKey: string): Promise<ServedAnswer | undefined> {
  const [row] = await db
    .insert(servedRequests)
    .values({ surface, requestKey })
    .onConflictDoUpdate({
      target: [servedRequests.surface, servedRequests.requestKey],
      set: { replays: sql`${servedRequests.replays} + 1` },
    })
    .returning({
      status: servedRequests.status,
      answer: servedRequests.answer,
      replays: servedRequests.replays,
    })
  return row === undefined || row.replays === 0 ? undefined : { status: row.status, answer: row.answer }
}
