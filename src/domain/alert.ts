import type { Severity } from './severity.ts'

export type AlertStatus = 'firing' | 'resolved'
export type Labels = Readonly<Record<string, string>>

/** What an adapter hands in: one alert of one delivery, parsed, with nothing judged yet. */
export interface IncomingAlert {
  readonly source: string
  /** The source's own fingerprint, when it has one. Kept for display; identity is ours, from the labels. */
  readonly sourceFingerprint: string | null
  readonly status: AlertStatus
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: Date
  readonly endsAt: Date | null
  readonly generatorUrl: string | null
}

/** An alert as stored: one row per fingerprint and start of firing. */
export interface Alert {
  readonly id: string
  readonly incidentId: string
  readonly fingerprint: string
  readonly source: string
  readonly status: AlertStatus
  readonly name: string
  readonly service: string | null
  readonly environment: string | null
  readonly severity: Severity
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: Date
  readonly endsAt: Date | null
  readonly generatorUrl: string | null
  /** How often the source told us the same. */
  readonly repeats: number
  readonly lastSeenAt: Date
}
