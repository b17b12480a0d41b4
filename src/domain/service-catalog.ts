import type { Mode } from './mode.ts'

export type Criticality = 1 | 2 | 3 | 4

export interface Service {
  readonly name: string
  /** Group that owns it; null when the catalog does not say. */
  readonly owner: string | null
  readonly dependsOn: readonly string[]
  readonly system: string | null
  readonly criticality: Criticality
  readonly argocd: { readonly app: string; readonly project: string | null } | null
  readonly lambda: string | null
  readonly pagerdutyServiceId: string | null
  /** `owner/repository`. */
  readonly repository: string | null
  readonly mode: Mode | null
  /** In scope for PCI DSS; absent where the catalog does not say. */
  readonly isInPciScope?: boolean
  readonly links: readonly { readonly title: string; readonly url: string }[]
}

export interface ServiceCatalog {
  readonly services: ReadonlyMap<string, Service>
}

export function findService(catalog: ServiceCatalog, name: string | null): Service | undefined {
  return name === null ? undefined : catalog.services.get(name)
}

/** Every service that depends on `name`, directly or not, without itself; nearest first. */
export function dependentsOf(catalog: ServiceCatalog, name: string): readonly string[] {
  return walk(name, (current) =>
    [...catalog.services.values()]
      .filter((service) => service.dependsOn.includes(current))
      .map((service) => service.name),
  )
}

/** Every service that `name` depends on, directly or not, without itself; nearest first. */
export function dependenciesOf(catalog: ServiceCatalog, name: string): readonly string[] {
  return walk(name, (current) => catalog.services.get(current)?.dependsOn ?? [])
}

/**
 * Hops from the service that shows the symptom to `to` along `dependsOn`: 0 the same, 1 a direct dependency.
 * `undefined` when the symptom's service does not depend on it.
 */
export function dependencyDistance(catalog: ServiceCatalog, symptom: string, to: string): number | undefined {
  let frontier = [symptom]
  const seen = new Set(frontier)
  for (let hops = 0; frontier.length > 0; hops += 1) {
    if (frontier.includes(to)) return hops
    frontier = frontier
      .flatMap((current) => [...(catalog.services.get(current)?.dependsOn ?? [])])
      .filter((next) => !seen.has(next))
    for (const next of frontier) seen.add(next)
  }
  return undefined
}

function walk(start: string, next: (current: string) => readonly string[]): readonly string[] {
  const seen = new Set([start])
  const order: string[] = []
  let frontier: readonly string[] = [start]
  while (frontier.length > 0) {
    const found = frontier.flatMap((current) => next(current)).filter((name) => !seen.has(name))
    frontier = [...new Set(found)]
    for (const name of frontier) {
      seen.add(name)
      order.push(name)
    }
  }
  return order
}
