import { MOST_INCIDENTS } from './pagerduty-client.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

/** What is known of one of our incidents that can lead to the one in PagerDuty. */
export interface IncidentTrace {
  /** Dedup keys of the incident's alerts, as PagerDuty knows them. */
  readonly dedupKeys: readonly string[]
  readonly pagerdutyServiceId: string | null
}

const MOST_KEYS = 10
/** A reconcile must have looked everywhere: alerts that came meanwhile may have pushed the right key back. */
const MOST_KEYS_LATER = 100

/**
 * The PagerDuty incident that belongs to ours: by an alert's dedup key, which is certain, else the only open one of
 * the service. Several open ones without a key are no answer: a guess would write into somebody else's incident.
 */
export async function findLinkedIncident(
  client: PagerDutyClient,
  trace: IncidentTrace,
  signal: AbortSignal,
): Promise<string | null> {
  for (const key of trace.dedupKeys.slice(0, MOST_KEYS)) {
    const [incident] = await client.listIncidents({ key }, 'open', signal)
    if (incident !== undefined) return incident.id
  }
  if (trace.pagerdutyServiceId === null) return null
  const open = await client.listIncidents({ serviceId: trace.pagerdutyServiceId }, 'open', signal)
  return open.length === 1 ? (open[0]?.id ?? null) : null
}

/**
 * Every incident that may have been the linked one a while ago, resolved or not; null when there are too many to be
 * sure of having them all.
 */
export async function listOnceLinked(
  client: PagerDutyClient,
  trace: IncidentTrace,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const found = new Set<string>()
  const { dedupKeys, pagerdutyServiceId: serviceId } = trace
  if (dedupKeys.length > MOST_KEYS_LATER) return null
  const searches = [...(serviceId === null ? [] : [{ serviceId }]), ...dedupKeys.map((key) => ({ key }))]
  for (const by of searches) {
    const incidents = await client.listIncidents(by, 'all', signal)
    if (incidents.length >= MOST_INCIDENTS) return null
    for (const { id } of incidents) found.add(id)
  }
  return [...found]
}
