import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { catalogOf } from '../changes/make-incident.ts'
import { groupingLocks } from '../../../src/orchestrator/ingest/grouping-locks.ts'
import { servicesInReach } from '../../../src/triage/services-around.ts'

const NAMES = Array.from({ length: 12 }, (_none, index) => `s${String(index)}`)
/** Names that only others depend on are not in the catalog. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES, 'kafka', 'redis')), { maxLength: 24 })
  .map((edges) => {
    const calls = Map.groupBy(
      edges.filter(([from, to]) => from !== to),
      ([from]) => from,
    )
    return catalogOf(
      Object.fromEntries(NAMES.map((name) => [name, [...new Set((calls.get(name) ?? []).map(([, to]) => to))]])),
    )
  })
const services = fc.constantFrom(...NAMES, 'kafka', 'redis')
const locksOf = (catalog: ReturnType<typeof catalogOf>, service: string | null, environment = 'production') =>
  groupingLocks(catalog, [{ service, environment }])

describe('the locks of a delivery', () => {
  it('meet those of every delivery whose alerts its own may join, by any graph', () => {
    fc.assert(
      fc.property(graphs, services, (catalog, service) => {
        const own = new Set(locksOf(catalog, service))
        for (const other of servicesInReach(catalog, [service])) {
          expect(locksOf(catalog, other).some((lock) => own.has(lock))).toBe(true)
        }
      }),
    )
  })

  it('would miss some if each delivery locked its own services alone (twin)', () => {
    const catalog = catalogOf({ web: ['api'], api: ['ledger'], ledger: [] })
    const alone = (service: string) => locksOf(catalogOf({}), service)

    expect(servicesInReach(catalog, ['web'])).toContain('ledger')
    expect(alone('web').some((lock) => alone('ledger').includes(lock))).toBe(false)
    expect(locksOf(catalog, 'web').some((lock) => locksOf(catalog, 'ledger').includes(lock))).toBe(true)
  })

  it('are those of an environment, by whatever of its names', () => {
    const catalog = catalogOf({ web: [] })

    expect(locksOf(catalog, 'web', 'prod')).toEqual(locksOf(catalog, 'web', 'production'))
    expect(locksOf(catalog, 'web', 'staging')).not.toEqual(locksOf(catalog, 'web'))
  })

  it('are few however many services a delivery names, each once and in one order', () => {
    const alerts = Array.from({ length: 2_000 }, (_none, index) => ({
      ...{ service: `s${String(index)}`, environment: null },
    }))
    const locks = groupingLocks(catalogOf({}), alerts)

    expect(locks.length).toBeLessThanOrEqual(128)
    expect(locks).toEqual([...new Set(locks)].sort())
    expect(groupingLocks(catalogOf({}), alerts.toReversed())).toEqual(locks)
  })
})
