import { dependentsOf, findService } from '../domain/service-catalog.ts'
import { nameSome, plural } from './wording.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

const MOST_NAMED = 3

/** Who else feels it, by the catalog: what depends on the service, and how critical it is. */
export function describeImpact(catalog: ServiceCatalog, serviceName: string | null): readonly string[] {
  const service = findService(catalog, serviceName)
  if (service === undefined) {
    return serviceName === null
      ? ['No service is named, so the impact is not known']
      : [`${serviceName} is not in the catalog, so what depends on it is not known`]
  }
  const dependents = dependentsOf(catalog, service.name)
  const disturbed =
    dependents.length === 0
      ? `Nothing in the catalog depends on ${service.name}`
      : `${plural(dependents.length, 'service')} ${dependents.length === 1 ? 'depends' : 'depend'} on ${service.name}: ${nameSome(dependents, MOST_NAMED)}`
  return [disturbed, `Criticality ${String(service.criticality)} of 4, 1 the most critical`]
}
