import type { NewTimelineEntry, TimelineEntry } from '../domain/timeline.ts'

export interface TimelineStore {
  append(entries: readonly NewTimelineEntry[]): Promise<void>
  list(incidentId: string, after: string | null, limit: number): Promise<readonly TimelineEntry[]>
}
