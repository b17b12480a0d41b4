import type { Alert, AlertStatus } from '../domain/alert.ts'
import { toDate } from './run-row.ts'
import type { Severity } from '../domain/severity.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { alerts } from './schema.ts'
import type { NewAlert, StoredAlert } from '../ports/alert-store.ts'

/** A row of `alerts` as `to_jsonb` hands it out: snake_case, times as text. */
export interface AlertJson {
  readonly id: number
  readonly incident_id: string | null
  readonly fingerprint: string
  readonly source: string
  readonly status: string
  readonly name: string
  readonly service: string | null
  readonly environment: string | null
  readonly severity: string
  readonly labels: Alert['labels']
  readonly annotations: Alert['annotations']
  readonly starts_at: string
  readonly ends_at: string | null
  readonly generator_url: string | null
  readonly repeats: number
  readonly last_seen_at: string
}

export function toAlert(row: typeof alerts.$inferSelect, incidentId: string): Alert {
  const { id, status, severity } = row
  return { ...row, id: String(id), incidentId, status: status as AlertStatus, severity: severity as Severity }
}

export function alertFromJson(row: AlertJson): StoredAlert {
  return {
    id: String(row.id),
    incidentId: row.incident_id,
    fingerprint: row.fingerprint,
    source: row.source,
    status: row.status as AlertStatus,
    name: row.name,
    service: row.service,
    environment: row.environment,
    severity: row.severity as Severity,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: new Date(row.starts_at),
    endsAt: toDate(row.ends_at),
    generatorUrl: row.generator_url,
    repeats: row.repeats,
    lastSeenAt: new Date(row.last_seen_at),
  }
}

/** What `jsonb_to_recordset` reads; text is cleaned, since jsonb refuses U+0000 and lone surrogates. */
export function alertToJson(alert: NewAlert): object {
  return {
    incident_id: alert.incidentId,
    opens: alert.opens ?? null,
    fingerprint: alert.fingerprint,
    source: alert.source,
    status: alert.status,
    name: storableText(alert.name),
    service: alert.service === null ? null : storableText(alert.service),
    environment: alert.environment === null ? null : storableText(alert.environment),
    severity: alert.severity,
    labels: storableLabels(alert.labels),
    annotations: storableLabels(alert.annotations),
    starts_at: alert.startsAt.toISOString(),
    ends_at: alert.endsAt?.toISOString() ?? null,
    generator_url: alert.generatorUrl === null ? null : storableText(alert.generatorUrl),
  }
}

function storableLabels(labels: Alert['labels']): Alert['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [storableText(name), storableText(value)]))
}
