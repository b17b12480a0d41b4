import type { GroupableAlert, GroupingInput, JoinableIncident } from '../../../src/triage/group-alerts.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { Service, ServiceCatalog } from '../../../src/domain/service-catalog.ts'

export const NOW = new Date('2026-11-21T08:00:00Z')
const MINUTE = 60_000

export function minutesAgo(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * MINUTE)
}

function service(name: string, dependsOn: readonly string[]): Service {
  return {
    ...{ name, dependsOn, owner: null, system: null, criticality: 2, argocd: null, lambda: null },
    ...{ pagerdutyServiceId: null, repository: null, mode: null, links: [] },
  }
}

/** frontend → checkout → payments → bank, and search beside them. */
export const CATALOG: ServiceCatalog = {
  services: new Map(
    [
      service('frontend', ['checkout']),
      service('checkout', ['payments']),
      service('payments', ['bank']),
      service('bank', []),
      service('search', []),
    ].map((one) => [one.name, one]),
  ),
}

export function alert(rest: Partial<GroupableAlert> = {}): GroupableAlert {
  return {
    fingerprint: 'f1',
    status: 'firing',
    name: 'HighErrorRate',
    service: 'checkout',
    environment: 'production',
    startsAt: NOW,
    belongsTo: null,
    ...rest,
  }
}

export function incident(rest: Partial<Incident> = {}, around: Partial<JoinableIncident> = {}): JoinableIncident {
  return {
    incident: {
      ...{ id: 'INC-1', service: 'checkout', environment: 'production', state: 'open', quietSince: null },
      openedAt: minutesAgo(30),
      ...{ mitigatedAt: null, resolvedAt: null, updatedAt: minutesAgo(1) },
      ...rest,
    },
    services: [rest.service ?? 'checkout'],
    alertNames: ['HighErrorRate'],
    lastAlertAt: minutesAgo(1),
    recentAlerts: 1,
    ...around,
  }
}

export function grouping(rest: Partial<GroupingInput<GroupableAlert>>): GroupingInput<GroupableAlert> {
  return { alerts: [alert()], joinable: [], known: [], catalog: CATALOG, windowMs: 5 * MINUTE, now: NOW, ...rest }
}
