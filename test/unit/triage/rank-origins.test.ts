import { describe, expect, it } from '@jest/globals'
import { NO_PAST, rankOrigins, rememberGroup } from '../../../src/triage/rank-origins.ts'
import type { ShownAlert, Topology } from '../../../src/triage/rank-origins.ts'

/** Two services of two instances each on two hosts, and a cache that has none. */
const TOPOLOGY: Topology = {
  serviceOf: new Map([
    ['cart-0', 'cart'],
    ['cart-1', 'cart'],
    ['mail-0', 'mail'],
    ['mail-1', 'mail'],
  ]),
  hostOf: new Map([
    ['cart-0', 'node-a'],
    ['cart-1', 'node-b'],
  ]),
  hosts: new Set(['node-a', 'node-b']),
  calls: [['cart', 'cache']],
}

function shows(entity: string, what: string, kind: ShownAlert['kind'] = 'metric'): ShownAlert {
  return { entity, what, kind, direction: 'up' }
}

function first(shown: readonly ShownAlert[], past = NO_PAST): string | undefined {
  return rankOrigins(shown, TOPOLOGY, past)[0]?.entity
}

describe('the probable origin of a group of alerts', () => {
  it.each<[string, readonly ShownAlert[], string]>([
    ['shows most of its own', [shows('cart-0', 'memory'), shows('cart-0', 'disk'), shows('mail-0', 'cpu')], 'cart-0'],
    [
      'shows what others do not',
      [shows('cart-0', 'cpu'), shows('mail-0', 'cpu'), shows('mail-1', 'cpu'), shows('mail-0', 'memory')],
      'mail-0',
    ],
    ['says it of itself', [shows('cart-0', 'Get', 'trace'), shows('mail-0', 'memory')], 'mail-0'],
    [
      'is the service, where all its instances show it',
      [shows('cart-0', 'memory'), shows('cart-1', 'memory'), shows('mail-0', 'cpu')],
      'cart',
    ],
    ['is no cache with metrics of its own', [shows('cache', 'keys'), shows('cart-0', 'memory')], 'cart-0'],
    ['is known to the topology', [shows('10.0.0.1', 'a'), shows('10.0.0.1', 'b'), shows('cart-0', 'cpu')], 'cart-0'],
  ])('%s', (_name, shown, entity) => {
    expect(first(shown)).toBe(entity)
  })

  it('is not what shows the same each time', () => {
    const shown = [shows('cart-0', 'cpu spike'), shows('mail-0', 'disk full')]
    const noise = [shows('cart-0', 'cpu spike')]
    const past = [noise, noise, noise, noise].reduce(rememberGroup, NO_PAST)

    expect(first(shown)).toBe('cart-0')
    expect(first(shown, past)).toBe('mail-0')
  })

  it('counts several metrics of one thing as little more than one', () => {
    const cores = ['1', '2', '3'].map((core) => shows('cart-0', `docker_cpu_core_${core}_pct`))
    const others = ['memory', 'disk', 'threads'].map((what) => shows('mail-0', what))
    const scores = rankOrigins([...cores, ...others], TOPOLOGY)

    expect(scores.slice(0, 2).map((one) => one.entity)).toEqual(['mail-0', 'cart-0'])
    expect(scores[0]).toMatchObject({ kinds: 3, onlyHere: 3 })
  })

  it('may be silent beside a replica that is not, and comes after all that show something', () => {
    const shown = [shows('cart-0', 'cpu'), shows('cart-0', 'memory'), shows('cache', 'Get', 'trace')]

    expect(rankOrigins(shown, TOPOLOGY).map((one) => one.entity)).toEqual(['cart-0', 'cache', 'cart-1'])
    expect(rankOrigins(shown, TOPOLOGY, NO_PAST, ['modality', 'rarity']).map((one) => one.entity)).not.toContain(
      'cart-1',
    )
  })

  it('may be anything that is named where nothing is known of the system', () => {
    const unknown: Topology = { serviceOf: new Map(), hostOf: new Map(), hosts: new Set(), calls: [] }

    expect(rankOrigins([shows('10.0.0.1', 'cpu')], unknown).map((one) => one.entity)).toEqual(['10.0.0.1'])
  })

  it('does not call its own what something without instances shows too', () => {
    const ofCart = (shown: readonly ShownAlert[]) => rankOrigins(shown, TOPOLOGY).find((one) => one.entity === 'cart')
    const own = [shows('cart-0', 'memory'), shows('cart-1', 'memory')]

    expect(ofCart(own)).toMatchObject({ kinds: 1, onlyHere: 1 })
    expect(ofCart([...own, shows('cache', 'memory')])).toMatchObject({ kinds: 1, onlyHere: 0 })
  })

  it('is unknown without alerts', () => {
    expect(rankOrigins([], TOPOLOGY)).toEqual([])
  })
})
