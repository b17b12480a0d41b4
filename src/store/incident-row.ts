import type { Incident, IncidentState } from '../domain/incident.ts'
import type { incidents } from './schema.ts'
import type { NewIncident } from '../ports/incident-store.ts'
import type { Severity } from '../domain/severity.ts'
import { storableText } from '../kernel/clean-text.ts'

export function toIncident(row: typeof incidents.$inferSelect): Incident {
  return {
    id: row.id,
    title: row.title,
    service: row.service,
    environment: row.environment,
    severity: row.severity as Severity,
    severityPinned: row.severityPinned,
    state: row.state as IncidentState,
    origin: row.origin as Incident['origin'],
    onsetAt: row.onsetAt,
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
    acknowledgedAt: row.acknowledgedAt,
    mitigatedAt: row.mitigatedAt,
    resolvedAt: row.resolvedAt,
    quietSince: row.quietSince,
    assignments: row.assignments,
  }
}

/** A row of `incidents` as `to_jsonb` hands it out: snake_case, times as text. */
export interface IncidentJson {
  readonly id: string
  readonly title: string
  readonly service: string | null
  readonly environment: string | null
  readonly severity: string
  readonly severity_pinned: boolean
  readonly state: string
  readonly origin: string
  readonly onset_at: string
  readonly opened_at: string
  readonly updated_at: string
  readonly acknowledged_at: string | null
  readonly mitigated_at: string | null
  readonly resolved_at: string | null
  readonly quiet_since: string | null
  readonly assignments: Record<string, string>
}

export function incidentFromJson(row: IncidentJson): Incident {
  return {
    id: row.id,
    title: row.title,
    service: row.service,
    environment: row.environment,
    severity: row.severity as Severity,
    severityPinned: row.severity_pinned,
    state: row.state as IncidentState,
    origin: row.origin as Incident['origin'],
    onsetAt: new Date(row.onset_at),
    openedAt: new Date(row.opened_at),
    updatedAt: new Date(row.updated_at),
    acknowledgedAt: dateOrNull(row.acknowledged_at),
    mitigatedAt: dateOrNull(row.mitigated_at),
    resolvedAt: dateOrNull(row.resolved_at),
    quietSince: dateOrNull(row.quiet_since),
    assignments: row.assignments,
  }
}

/** What `jsonb_to_recordset` reads. */
export function incidentToJson(incident: NewIncident): object {
  const { title, service, environment, severity, origin, onsetAt } = storableIncident(incident)
  return { title, service, environment, severity, origin, onset_at: onsetAt.toISOString() }
}

/** Text is cleaned, since the database refuses U+0000 and lone surrogates. */
export function storableIncident(incident: NewIncident): NewIncident {
  const { title, service, environment } = incident
  return {
    ...incident,
    title: storableText(title),
    service: service === null ? null : storableText(service),
    environment: environment === null ? null : storableText(environment),
  }
}

export function dateOrNull(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
