import type { JsonObject } from '../kernel/json.ts'

export interface AuditReading {
  /** null until the sequencer numbered it. */
  readonly seq: number | null
  readonly at: Date
  readonly hash: string | null
  /** The sealed entry, parsed from its bytes. */
  readonly entry: JsonObject
}

export interface AuditStanding {
  /** Numbered entries. */
  readonly size: number
  /** Leaves that wait for a number, and for how long the oldest has. */
  readonly waiting: number
  readonly lagSeconds: number
  /** For how long the oldest numbered entry has waited for a checkpoint that stands in enough places; 0 where none waits. */
  readonly uncoveredSeconds: number
  /** Whether the login of this service could change the log: then it is protected by its checkpoints alone. */
  readonly isProtected: boolean
}

/** For people and scripts who look at the log; verification needs only the export. */
export interface AuditReader {
  /** Numbered entries after `after`, oldest first; without `after` the newest `limit`, oldest first. */
  list(filter: {
    readonly incidentId: string | null
    readonly after: number | null
    readonly limit: number
  }): Promise<readonly AuditReading[]>
  describe(): Promise<AuditStanding>
}
