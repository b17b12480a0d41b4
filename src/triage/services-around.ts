import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** The services themselves, what they depend on and what depends on them. */
export function relatedServices(catalog: ServiceCatalog, services: readonly string[]): readonly string[] {
  const own = new Set(services)
  const dependents = [...catalog.services.values()]
    .filter((service) => service.dependsOn.some((name) => own.has(name)))
    .map((service) => service.name)
  const dependencies = [...own].flatMap((name) => findService(catalog, name)?.dependsOn ?? [])
  return [...new Set([...own, ...dependents, ...dependencies])]
}

/** Two steps in the dependency graph, in either direction: what shares a dependency or a dependent counts. */
export function servicesInReach(catalog: ServiceCatalog, services: readonly string[]): readonly string[] {
  return relatedServices(catalog, relatedServices(catalog, services))
}

export function areNeighbours(catalog: ServiceCatalog, left: string, right: string): boolean {
  return dependsOn(catalog, left, right) || dependsOn(catalog, right, left)
}

export function dependsOn(catalog: ServiceCatalog, dependent: string, dependency: string): boolean {
  return findService(catalog, dependent)?.dependsOn.includes(dependency) ?? false
}
