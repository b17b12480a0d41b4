import { findService } from '../domain/service-catalog.ts'
import type { IncidentTrace } from '../connectors/pagerduty/linked-incident.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import type { Stores } from '../ports/stores.ts'

/** Labels and annotations under which senders put the key they gave PagerDuty as well. */
const KEY_NAMES = ['pagerduty_dedup_key', 'dedup_key', 'incident_key']
const MOST_ALERTS_READ = 50

/** What of an incident can lead to PagerDuty's: the dedup keys its alerts carry, and the service's own id. */
export async function traceToPagerDuty(
  stores: Stores,
  catalog: ServiceCatalog,
  incidentId: string,
): Promise<IncidentTrace | null> {
  const [incident, alerts] = await Promise.all([
    stores.incidents.find(incidentId),
    stores.alerts.listByIncident(incidentId, MOST_ALERTS_READ),
  ])
  if (incident === undefined) return null
  const keys = alerts.flatMap((alert) => KEY_NAMES.flatMap((name) => [alert.labels[name], alert.annotations[name]]))
  const fingerprints = alerts.map((alert) => alert.fingerprint)
  return {
    dedupKeys: [...new Set([...keys.filter((key) => key !== undefined), ...fingerprints])],
    pagerdutyServiceId: findService(catalog, incident.service)?.pagerdutyServiceId ?? null,
  }
}
