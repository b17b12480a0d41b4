import type { JsonObject } from '../kernel/json.ts'

/** A quotable fact. Every sentence of a summary cites at least one. `fact` is data from outside: never markup. */
export interface Evidence {
  /** `EV-7`. */
  readonly id: string
  readonly incidentId: string
  readonly kind: 'alert' | 'metric' | 'change' | 'deploy_state' | 'history' | 'note'
  readonly source: string
  readonly at: Date
  readonly fact: string
  readonly url: string | null
  /** What a chart or a check needs; for metrics `{ query, unit, points: [[unixSeconds, value], …] }`. */
  readonly data: JsonObject
}

export type NewEvidence = Omit<Evidence, 'id'> & {
  /** The same key again replaces the earlier piece (a fresher reading of the same thing). */
  readonly key: string
}
