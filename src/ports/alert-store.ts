import type { Alert } from '../domain/alert.ts'
import type { Incident } from '../domain/incident.ts'

export type NewAlert = Omit<Alert, 'id' | 'repeats' | 'lastSeenAt'>

export interface AlertStore {
  /** Inserts what is new, counts what repeats, moves firing to resolved; one statement for the whole batch. */
  upsert(
    alerts: readonly NewAlert[],
  ): Promise<readonly { readonly alert: Alert; readonly became: 'new' | 'repeated' | 'resolved' }[]>
  findByFingerprints(fingerprints: readonly string[]): Promise<readonly Alert[]>
  /** Oldest first. */
  listByIncident(incidentId: string): Promise<readonly Alert[]>
  countByIncidents(
    incidentIds: readonly string[],
  ): Promise<ReadonlyMap<string, { total: number; distinct: number; firing: number }>>
  /** Incidents of the environment that a new alert may join: not resolved, or closed since; with the services their alerts name. Takes the environment's grouping lock until the transaction ends. */
  lockJoinable(
    environment: string | null,
    closedSince: Date,
  ): Promise<
    readonly { readonly incident: Incident; readonly services: readonly string[]; readonly lastAlertAt: Date }[]
  >
}
