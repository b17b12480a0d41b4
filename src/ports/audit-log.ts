import type { AuditEntry } from '../domain/audit-entry.ts'

export interface AuditLogRange {
  /** Every entry whose bytes hold this incident, also where they do so in an inner object: the caller parses them. */
  readonly incidentId?: string
  /** Whose leaves were written before this month, `YYYY-MM` in UTC, and are here. */
  readonly beforeMonth?: string
  /** Entries with a higher number than this. */
  readonly after: number
  /** Up to and with this number. */
  readonly upTo?: number
  readonly limit: number
}

/** The numbered log, for reading and exporting. */
export interface AuditLog {
  /** By number, rising. */
  list(range: AuditLogRange): Promise<readonly AuditEntry[]>
  /**
   * Leaves that have no number though the sequencer's place is behind them, from about entry `after` on: nothing gives them
   * one, and no export holds them. The sequencer leaves none; whoever moved its place did.
   */
  countSkipped(after: number): Promise<number>
  /** The leaf hashes of entries 1 … `size`, for proofs. */
  listLeafHashes(size: number): Promise<readonly string[]>
}
