import { and, eq, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { deliveries, servedRequests } from './schema.ts'
import type { Delivery, DeliveryStore } from '../ports/delivery-store.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storableJson } from './storable-json.ts'

/**
 * The row is inserted first in its transaction: of identical requests at the same time the second waits for the first
 * to commit and then gets its answer. Whoever rolls back leaves nothing, so the sender's next try is new again.
 */
export function createDeliveryStore(db: Database): DeliveryStore {
  return {
    accept: (delivery) => accept(db, delivery),
    answer: async ({ source, key }, status, answer) => {
      await db
        .update(deliveries)
        .set({ status, answer: storableJson(answer) })
        .where(and(eq(deliveries.source, source), eq(deliveries.deliveryKey, key)))
    },
    serve: (surface, requestKey) => serve(db, surface, requestKey),
    served: async (surface, requestKey, status) => {
      await db
        .update(servedRequests)
        .set({ status })
        .where(and(eq(servedRequests.surface, surface), eq(servedRequests.requestKey, requestKey)))
    },
  }
}

/** What a delivery is answered until its own answer is written, which the same transaction does. */
const NOT_YET = { status: 202, answer: {} }

async function accept(
  db: Database,
  { source, key, body }: Delivery,
): Promise<{ readonly status: number; readonly answer: JsonObject } | undefined> {
  const [row] = await db
    .insert(deliveries)
    .values({ source, deliveryKey: key, body, ...NOT_YET })
    .onConflictDoUpdate({
      target: [deliveries.source, deliveries.deliveryKey],
      set: { replays: sql`${deliveries.replays} + 1` },
    })
    .returning({ status: deliveries.status, answer: deliveries.answer, replays: deliveries.replays })
  return row === undefined || row.replays === 0 ? undefined : { status: row.status, answer: row.answer }
}

async function serve(
  db: Database,
  surface: string,
  requestKey: string,
): Promise<{ readonly status: number | null } | undefined> {
  const [row] = await db
    .insert(servedRequests)
    .values({ surface, requestKey })
    .onConflictDoUpdate({
      target: [servedRequests.surface, servedRequests.requestKey],
      set: { replays: sql`${servedRequests.replays} + 1` },
    })
    .returning({ status: servedRequests.status, replays: servedRequests.replays })
  return row === undefined || row.replays === 0 ? undefined : { status: row.status }
}
