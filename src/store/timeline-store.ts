import { and, asc, eq, gt, sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Origin } from '../domain/surface.ts'
import type { NewTimelineEntry, TimelineEntry } from '../domain/timeline.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { TimelineStore } from '../ports/timeline-store.ts'
import type { Database } from './database.ts'
import { fixedStatement } from './fixed-statement.ts'
import type { ValueOf } from './fixed-statement.ts'
import { timelineEntries } from './schema.ts'

export interface EntryValues {
  readonly entryIncidentId: string
  readonly entryActor: string
  readonly entryOrigin: string
  readonly entryEvent: string
  readonly entryText: string
}

/** As part of a statement that goes on from the rows of `source`: stands exactly when there is one. */
export function appendEntry(value: ValueOf<EntryValues>, source: SQL): SQL {
  return sql`${INTO} SELECT ${columns(value)} FROM ${source}`
}

const INTO = sql`INSERT INTO timeline_entries (incident_id, actor, origin, event, text)`

/** Nearly everything that happens is one entry. */
const APPEND_ONE = fixedStatement<EntryValues, object>((value) => sql`${INTO} VALUES (${columns(value)})`)

function columns(value: ValueOf<EntryValues>): SQL {
  return sql`${value('entryIncidentId')}, ${value('entryActor')}::jsonb, ${value('entryOrigin')}, ${value('entryEvent')}, ${value('entryText')}`
}

export function entryValues({ incidentId, actor, origin, event, text }: NewTimelineEntry): EntryValues {
  return {
    entryIncidentId: incidentId,
    entryActor: JSON.stringify(storableActor(actor)),
    entryOrigin: origin,
    entryEvent: event,
    entryText: storableText(text),
  }
}

function storableActor(actor: Actor): Actor {
  return { ...actor, name: storableText(actor.name), id: storableText(actor.id) }
}

export function createTimelineStore(db: Database): TimelineStore {
  return {
    async append(entries) {
      const [entry, ...others] = entries
      if (entry === undefined) return
      if (others.length === 0) {
        await APPEND_ONE(db, entryValues(entry))
        return
      }
      await db.insert(timelineEntries).values(
        entries.map((entry) => ({
          incidentId: entry.incidentId,
          actor: storableActor(entry.actor),
          origin: entry.origin,
          event: entry.event,
          text: storableText(entry.text),
        })),
      )
    },
    async list(incidentId, after, limit) {
      const isLater = after === null ? undefined : gt(timelineEntries.id, Number(after))
      const rows = await db
        .select()
        .from(timelineEntries)
        .where(and(eq(timelineEntries.incidentId, incidentId), isLater))
        .orderBy(asc(timelineEntries.id))
        .limit(limit)
      return rows.map(toEntry)
    },
  }
}

function toEntry(row: typeof timelineEntries.$inferSelect): TimelineEntry {
  return {
    id: String(row.id),
    incidentId: row.incidentId,
    at: row.at,
    actor: row.actor as unknown as Actor,
    origin: row.origin as Origin,
    event: row.event,
    text: row.text,
  }
}
