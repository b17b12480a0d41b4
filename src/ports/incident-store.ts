import type { Incident, IncidentState } from '../domain/incident.ts'
import type { Severity } from '../domain/severity.ts'
import type { Suspect } from '../domain/change-event.ts'
import type { PlaybookAdvice } from '../domain/playbook-advice.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

export interface NewIncident {
  readonly title: string
  readonly service: string | null
  readonly environment: string | null
  readonly severity: Severity
  readonly origin: Incident['origin']
  readonly onsetAt: Date
}

export interface IncidentFilter {
  readonly state?: IncidentState
  readonly service?: string
  /** In whatever state but `resolved`. */
  readonly isUnresolved?: true
  /** Resolved, and that no longer ago than this by database time. */
  readonly resolvedWithinMs?: number
  /** Worked on, and nothing of it has fired for this long by database time. */
  readonly quietForMs?: number
  /** Incidents before this id in opening order (a page). */
  readonly before?: string
  readonly limit: number
}

export interface IncidentPatch {
  readonly title?: string
  readonly severity?: Severity
  readonly severityPinned?: boolean
  readonly quietSince?: Date | null
  readonly onsetAt?: Date
  /** Added to those that are there; the same role again replaces it. */
  readonly assignments?: Readonly<Record<string, string>>
}

/** What else must hold in the row at that moment. */
export interface MoveCondition {
  /** Quiet for at least this long by database time. */
  readonly isQuietForMs: number
}

export interface IncidentStore {
  open(incident: NewIncident): Promise<Incident>
  find(id: string): Promise<Incident | undefined>
  /** Newest first. */
  list(filter: IncidentFilter): Promise<readonly Incident[]>
  /** Conditional on the states it may come from; undefined when somebody else moved it first. Sets the state's own time. */
  move(
    id: string,
    from: readonly IncidentState[],
    to: IncidentState,
    condition?: MoveCondition,
  ): Promise<Incident | undefined>
  /** A severity without `severityPinned` leaves one alone that a person has set. */
  patch(id: string, patch: IncidentPatch): Promise<Incident | undefined>
}

/** What the slow collectors found out; separate from the incident's own life. */
export interface IncidentFindings {
  readonly suspects: readonly Suspect[]
  readonly unknownCause: string | null
  readonly unreachable: readonly string[]
  readonly summary: { readonly source: 'facts' | 'model'; readonly sentences: readonly SummarySentence[] } | null
  readonly collectedAt: Date | null
  readonly noProposal: string | null
  /** Null until a model was asked. */
  readonly advice: PlaybookAdvice | null
  /** As sentences, from before follow-ups had a table of their own; only read. */
  readonly followUps: readonly string[]
}

export interface FindingsStore {
  get(incidentId: string): Promise<IncidentFindings>
  save(incidentId: string, findings: Partial<Omit<IncidentFindings, 'followUps'>>): Promise<void>
}
