import type { ChangeEvent, IncomingChange } from '../domain/change-event.ts'

export interface ChangeStore {
  /**
   * Merges reports of one change (CONTRACT 9: same service, environment and revision, overlapping within 10 minutes).
   * Only inside a unit of work: it locks the service until the transaction ends.
   */
  record(
    change: IncomingChange,
  ): Promise<{ readonly change: ChangeEvent; readonly became: 'new' | 'merged' | 'updated' | 'duplicate' }>
  find(id: string): Promise<ChangeEvent | undefined>
  listBetween(services: readonly string[], from: Date, to: Date): Promise<readonly ChangeEvent[]>
  /** Incidents still open on these services or on services that depend on them, for a refresh when a change arrives late. */
  listTouchedIncidents(services: readonly string[]): Promise<readonly string[]>
}
