import { and, eq, sql } from './drizzle.ts'
import { incidentRooms } from './schema.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import type { IncidentRoom, RoomState, RoomStore } from '../ports/room-store.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** wanted → open (the channel is there) | failed; failed → open when it is tried again. */
export function createRoomStore(db: Database): RoomStore {
  return {
    want: async (incidentId, surface, name) => {
      const rows = await db
        .insert(incidentRooms)
        .values({ incidentId, surface, name })
        .onConflictDoNothing()
        .returning({ id: incidentRooms.incidentId })
      return rows.length > 0
    },
    find: async (incidentId, surface) => {
      const [row] = await db.select().from(incidentRooms).where(isRoom({ incidentId, surface }))
      return row === undefined ? undefined : toRoom(row)
    },
    save: async (room, change) => {
      const detail = change.detail === undefined || change.detail === null ? change.detail : storableText(change.detail)
      await db
        .update(incidentRooms)
        .set({ ...change, ...(detail === undefined ? {} : { detail }), updatedAt: sql`clock_timestamp()` })
        .where(isRoom(room))
    },
    markDone: async (room, step) => {
      const kind = step.split(' ')[0] ?? step
      await db
        .update(incidentRooms)
        .set({
          done: sql`(select coalesce(jsonb_agg(entry), '[]') from jsonb_array_elements_text(${incidentRooms.done}) as entry
                      where split_part(entry, ' ', 1) <> ${kind}) || to_jsonb(${step}::text)`,
          updatedAt: sql`clock_timestamp()`,
        })
        .where(isRoom(room))
    },
    findIncident: async (surface, channel) => {
      const [row] = await db
        .select({ incidentId: incidentRooms.incidentId })
        .from(incidentRooms)
        .where(and(eq(incidentRooms.surface, surface), eq(incidentRooms.channel, channel)))
        .limit(1)
      return row?.incidentId
    },
  }
}

function isRoom({ incidentId, surface }: Pick<IncidentRoom, 'incidentId' | 'surface'>) {
  return and(eq(incidentRooms.incidentId, incidentId), eq(incidentRooms.surface, surface))
}

function toRoom(row: typeof incidentRooms.$inferSelect): IncidentRoom {
  const { incidentId, name, channel, done, detail } = row
  return {
    ...{ incidentId, name, channel, done, detail },
    surface: row.surface as SurfaceName,
    state: row.state as RoomState,
  }
}
