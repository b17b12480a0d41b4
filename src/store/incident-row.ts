import type { Incident, IncidentState } from '../domain/incident.ts'
import { incidents } from './schema.ts'
import { rowFromJson } from './row-from-json.ts'
import type { RowJson } from './row-from-json.ts'
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

/** As `to_jsonb` hands a row of them out. */
export function incidentFromJson(json: RowJson): Incident {
  return toIncident(rowFromJson(incidents, json))
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
