import { dependencyDistance } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/**
 * Of the services that show a symptom, those whose symptom no other one of them explains. When checkout and the
 * payments it depends on both fail, the trouble begins at payments, and a deploy of checkout explains nothing there.
 * Services that depend on each other in a circle are all roots.
 */
export function symptomRoots(catalog: ServiceCatalog, alerting: readonly string[]): readonly string[] {
  const isExplained = (name: string) =>
    alerting.some(
      (other) =>
        other !== name &&
        dependencyDistance(catalog, name, other) !== undefined &&
        dependencyDistance(catalog, other, name) === undefined,
    )
  return alerting.filter((name) => !isExplained(name))
}
