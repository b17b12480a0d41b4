import type { Service, ServiceCatalog } from '../../domain/service-catalog.ts'
import type { Topology } from '../../triage/rank-origins.ts'

/** A service depends on what it calls, and on the hosts of its instances, as a catalog that lists resources says it. */
export function catalogOfTopology({
  calls,
  hostOf,
  serviceOf,
}: Pick<Topology, 'calls' | 'hostOf' | 'serviceOf'>): ServiceCatalog {
  const hosting = [...hostOf].map(([instance, host]) => [serviceOf.get(instance) ?? instance, host] as const)
  const edges = [...calls, ...hosting]
  const names = [...new Set(edges.flat())].toSorted()
  const services = names.map((name): readonly [string, Service] => [
    name,
    {
      ...{ name, owner: null, system: null, criticality: 2, argocd: null, lambda: null, pagerdutyServiceId: null },
      ...{ repository: null, mode: null, links: [] },
      dependsOn: [...new Set(edges.filter(([from]) => from === name).map(([, to]) => to))],
    },
  ])
  return { services: new Map(services) }
}
