import type { Actor } from './actor.ts'
import type { Origin } from './surface.ts'

/** What people read: one sentence, in the present tense. */
export interface TimelineEntry {
  readonly id: string
  readonly incidentId: string
  readonly at: Date
  readonly actor: Actor
  readonly origin: Origin
  /** `noun.past`, as on the audit log: `incident.opened`, `decision.recorded`. */
  readonly event: string
  readonly text: string
}

export type NewTimelineEntry = Omit<TimelineEntry, 'id' | 'at'>
