import { describe, expect, it } from '@jest/globals'
import { blastGraphOf, drawBlastGraph } from '../../../src/domain/blast-graph.ts'
import type { Service, ServiceCatalog } from '../../../src/domain/service-catalog.ts'

function catalogOf(needs: Readonly<Record<string, readonly string[]>>): ServiceCatalog {
  const services = Object.entries(needs).map(([name, dependsOn]) => [name, { name, dependsOn } as Service] as const)
  return { services: new Map(services) }
}

describe('the graph of what a plan disturbs', () => {
  it('begins with what is acted on, and each layer needs the one before', () => {
    const catalog = catalogOf({
      checkout: ['payments'],
      web: ['checkout'],
      shop: ['checkout'],
      gateway: ['web', 'shop'],
    })
    const graph = blastGraphOf(catalog, ['gateway', 'web', 'checkout', 'shop'])

    expect(graph.layers).toEqual([['checkout'], ['shop', 'web'], ['gateway']])
    expect(graph.edges).toContainEqual({ service: 'checkout', dependant: 'web' })
    expect(drawBlastGraph(graph, 5)).toBe('checkout ← shop, web ← gateway')
  })

  it('leaves out what the plan does not name, and says how many it cuts', () => {
    const catalog = catalogOf({ checkout: ['payments'], a: ['checkout'], b: ['checkout'], c: ['checkout'] })

    expect(drawBlastGraph(blastGraphOf(catalog, ['checkout', 'a', 'b', 'c']), 2)).toBe('checkout ← a, b and 1 more')
    expect(blastGraphOf(catalog, ['checkout']).edges).toEqual([])
  })

  it('ends where services need each other, and knows services outside of the catalog', () => {
    const catalog = catalogOf({ a: ['b'], b: ['a'] })

    expect(blastGraphOf(catalog, ['a', 'b']).layers).toEqual([['a'], ['b']])
    expect(blastGraphOf(catalog, ['a', 'b', 'stranger']).layers.flat().sort()).toEqual(['a', 'b', 'stranger'])
    expect(drawBlastGraph(blastGraphOf(catalog, []), 3)).toBe('')
  })
})
