import type { AuditTarget } from '../domain/audit-entry.ts'
import type { Incident } from '../domain/incident.ts'

/** What an entry about an incident is about. */
export function incidentTarget({ service, environment }: Pick<Incident, 'service' | 'environment'>): AuditTarget {
  return { system: 'countersign', resource: service ?? 'unknown', environment, service }
}
