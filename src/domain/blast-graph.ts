import { findService } from './service-catalog.ts'
import type { ServiceCatalog } from './service-catalog.ts'

/** The services that a plan disturbs, as the dependency graph hangs them together. */
export interface BlastGraph {
  /** The first layer is acted on; each further one needs a service of the layer before it. Names sorted. */
  readonly layers: readonly (readonly string[])[]
  /** `dependant` needs `service`. */
  readonly edges: readonly { readonly service: string; readonly dependant: string }[]
}

/** `disturbed` as the plan names them; a service that is not in the catalog hangs on nothing. */
export function blastGraphOf(catalog: ServiceCatalog, disturbed: readonly string[]): BlastGraph {
  const names = [...new Set(disturbed)].sort()
  const edges = names.flatMap((dependant) =>
    (findService(catalog, dependant)?.dependsOn ?? [])
      .filter((service) => service !== dependant && names.includes(service))
      .map((service) => ({ service, dependant })),
  )
  const roots = names.filter((name) => !edges.some(({ dependant }) => dependant === name))
  return { layers: layersFrom(roots, names, edges), edges }
}

function layersFrom(
  roots: readonly string[],
  names: readonly string[],
  edges: BlastGraph['edges'],
): readonly (readonly string[])[] {
  const layers: (readonly string[])[] = []
  const placed = new Set<string>()
  // Services that need each other in a ring have no root among them: the first of them begins.
  let next = roots.length > 0 ? roots : names.slice(0, 1)
  while (next.length > 0) {
    layers.push(next)
    for (const name of next) placed.add(name)
    const reached = edges.filter(({ service, dependant }) => next.includes(service) && !placed.has(dependant))
    next = [...new Set(reached.map(({ dependant }) => dependant))].sort()
  }
  const left = names.filter((name) => !placed.has(name))
  return left.length === 0 ? layers : [[...(layers[0] ?? []), ...left], ...layers.slice(1)]
}

/** `checkout ← web, shop ← gateway`: on the right of an arrow stands what needs what is on its left. */
export function drawBlastGraph({ layers }: BlastGraph, most: number): string {
  return layers
    .map((layer) => {
      const shown = layer.slice(0, most)
      const more = layer.length - shown.length
      return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${String(more)} more`
    })
    .join(' ← ')
}
