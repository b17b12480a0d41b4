import { and, eq, sql } from './drizzle.ts'
import { shownPictures } from './schema.ts'
import type { Database } from './database.ts'
import type { ShownPictureStore } from '../ports/shown-picture-store.ts'

export function createShownPictureStore(db: Database): ShownPictureStore {
  return {
    find: async (incidentId, surface) => {
      const { message, shownHash, times, shownAt } = shownPictures
      const [row] = await db
        .select({
          ...{ message, shownHash, times },
          ageMs: sql<number>`(extract(epoch from clock_timestamp() - ${shownAt}) * 1000)::float8`,
        })
        .from(shownPictures)
        .where(and(eq(shownPictures.incidentId, incidentId), eq(shownPictures.surface, surface)))
      return row
    },
    markShown: async (incidentId, surface, shown) => {
      await db
        .insert(shownPictures)
        .values({ incidentId, surface, ...shown })
        .onConflictDoUpdate({
          target: [shownPictures.incidentId, shownPictures.surface],
          set: { ...shown, times: sql`${shownPictures.times} + 1`, shownAt: sql`clock_timestamp()` },
        })
    },
  }
}
