/** Hints between processes (LISTEN/NOTIFY): they may be lost, so whoever listens also polls. */
export const SIGNALS = ['outbox', 'jobs', 'audit', 'incident', 'configuration'] as const
export type Signal = (typeof SIGNALS)[number]

export interface Signals {
  /** Sent when the surrounding transaction commits, or at once outside of one. */
  listen(signal: Signal, onSignal: (payload: string) => void): () => void
  close(): Promise<void>
}
