import { asc, sql } from './drizzle.ts'
import { storableText } from '../kernel/clean-text.ts'
import { surfaceStates } from './schema.ts'
import type { Database } from './database.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { SurfaceState, SurfaceStateStore } from '../ports/surface-state-store.ts'

/** One row a surface: reachable ⇄ not reachable. A mark that says what is known already writes nothing. */
export function createSurfaceStateStore(db: Database): SurfaceStateStore {
  return {
    list: async () => {
      const rows = await db.select().from(surfaceStates).orderBy(asc(surfaceStates.surface))
      return rows.map(({ surface, isReachable, since, detail }) => ({
        ...{ surface: surface as SurfaceName, isReachable, since, detail },
      }))
    },
    mark: (state, forMs) => mark(db, state, forMs),
  }
}

async function mark(
  db: Database,
  { surface, isReachable, detail }: Omit<SurfaceState, 'since'>,
  forMs: number,
): Promise<boolean> {
  const since = sql`clock_timestamp() - make_interval(secs => ${forMs / 1000})`
  const words = detail === null ? null : storableText(detail)
  const [row] = await db
    .insert(surfaceStates)
    .values({ surface, isReachable, since, detail: words })
    .onConflictDoUpdate({
      target: surfaceStates.surface,
      set: { isReachable, since, detail: words, seenAt: sql`clock_timestamp()` },
      setWhere: sql`${surfaceStates.isReachable} is distinct from excluded.is_reachable`,
    })
    .returning({ isFirst: sql<boolean>`(xmax = 0)` })
  return row !== undefined && !(row.isFirst && isReachable)
}
