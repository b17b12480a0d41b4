import type { Alert } from '../domain/alert.ts'
import type { Incident } from '../domain/incident.ts'
import type { NewIncident } from './incident-store.ts'

/** An alert row; `incidentId` is null for a resolve that came before its fire. */
export type StoredAlert = Omit<Alert, 'incidentId'> & { readonly incidentId: string | null }
export type NewAlert = Omit<StoredAlert, 'id' | 'repeats' | 'lastSeenAt'> & {
  /** Index of the incident among those opened with it; then `incidentId` is null. */
  readonly opens?: number | null
}

export interface UpsertedAlert {
  readonly alert: StoredAlert
  /** `repeated` when it told nothing new. */
  readonly became: 'new' | 'repeated' | 'resolved'
}

export interface WrittenAlerts {
  /** In the order of the openings. */
  readonly opened: readonly Incident[]
  readonly alerts: readonly UpsertedAlert[]
}

export interface AlertCounts {
  readonly total: number
  readonly distinct: number
  readonly firing: number
}

export interface GroupingContext {
  /** Database time. */
  readonly now: Date
  /** Incidents that are worked on, or were touched within the window. */
  readonly joinable: readonly {
    readonly incident: Incident
    readonly services: readonly string[]
    readonly alertNames: readonly string[]
    /** When its newest alert came; when it was opened, where it has none. */
    readonly lastAlertAt: Date
    /** How many of its alerts came within RECENT_MS. */
    readonly recentAlerts: number
  }[]
  /** Rows with these fingerprints: those that fire, those of joinable incidents, and those that began at the same time. */
  readonly known: readonly StoredAlert[]
}

export interface GroupingQuestion {
  /** Lower-case names, as domain/environment.ts spells them out. */
  readonly environments: readonly string[]
  /** The alerts' own services and their neighbours. */
  readonly services: readonly string[]
  /** True when one of the alerts names no service: then incidents without one count as well. */
  readonly withoutService: boolean
  readonly fingerprints: readonly string[]
  readonly startsAt: readonly Date[]
  readonly windowMs: number
  /** Incidents that had an alert just now count from further away in the dependency graph. */
  readonly storm: {
    readonly services: readonly string[]
    /** True when the catalog does not know one of the alerts' services: then those of any service count. */
    readonly anyService: boolean
    readonly gapMs: number
  }
}

export interface AlertStore {
  /**
   * Inserts what is new, counts what repeats, moves firing to resolved and never back, and opens the incidents that
   * the alerts open; one statement for the whole batch.
   */
  upsert(alerts: readonly NewAlert[], openings?: readonly NewIncident[]): Promise<WrittenAlerts>
  /** Oldest first; with a limit only the first of them. */
  listByIncident(incidentId: string, limit?: number): Promise<readonly Alert[]>
  countByIncidents(incidentIds: readonly string[]): Promise<ReadonlyMap<string, AlertCounts>>
  /** Of these, the incidents of which nothing fires; their rows are ours until the transaction ends, so that it stays true. */
  holdQuiet(incidentIds: readonly string[]): Promise<ReadonlySet<string>>
  /** What new alerts may join; to be read under the locks of their environments. */
  loadForGrouping(question: GroupingQuestion): Promise<GroupingContext>
}
