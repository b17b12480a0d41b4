import type { Severity } from './severity.ts'

/**
 * State machine of an incident (CONTRACT 9):
 *
 *   open → acknowledged → mitigated → resolved, forward only and skipping allowed; any of them back to open by reopening.
 *
 * All quiet for 10 minutes moves open or acknowledged to mitigated; only people resolve; an alert that fires again
 * within the grouping window reopens. Every move is a conditional UPDATE on the state it starts from.
 */
export const INCIDENT_STATES = ['open', 'acknowledged', 'mitigated', 'resolved'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

export const INCIDENT_MOVES: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  open: ['acknowledged', 'mitigated', 'resolved'],
  acknowledged: ['mitigated', 'resolved', 'open'],
  mitigated: ['resolved', 'open'],
  resolved: ['open'],
}

export interface Incident {
  /** `INC-12`. */
  readonly id: string
  readonly title: string
  /** Catalog name, or what the labels said; null when nothing named one. */
  readonly service: string | null
  /** null counts as production. */
  readonly environment: string | null
  readonly severity: Severity
  /** True once a person set the severity: alerts no longer change it. */
  readonly severityPinned: boolean
  readonly state: IncidentState
  readonly origin: 'alerts' | 'declared'
  /** When the symptom began (the earliest start of its alerts), as opposed to when we heard of it. */
  readonly onsetAt: Date
  readonly openedAt: Date
  readonly updatedAt: Date
  readonly acknowledgedAt: Date | null
  readonly mitigatedAt: Date | null
  readonly resolvedAt: Date | null
  /** Since when no alert of it fires any more; null while one does, and for declared incidents without alerts. */
  readonly quietSince: Date | null
  /** Role name → person id; `commander` among them. */
  readonly assignments: Readonly<Record<string, string>>
}
