import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf } from './payloads.ts'
import { catalogOfTopology } from '../../../src/cli/eval/catalog-of-topology.ts'
import { openIntakeWorld } from './intake-world.ts'
import { replayStorm, toStorm } from '../../../src/cli/eval/replay-storm.ts'
import type { CaseAlert } from '../../../src/cli/eval/alert-systems.ts'
import type { IntakeWorld } from './intake-world.ts'

/** web → api → ledger → vault → disk. */
const CHAIN = ['web', 'api', 'ledger', 'vault', 'disk']

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld({
    catalog: catalogOfTopology({
      calls: [
        ['frontend', 'checkout'],
        ['checkout', 'payments'],
        ['search', 'index'],
        ...CHAIN.slice(1).map((callee, index) => [CHAIN[index] ?? '', callee] as const),
      ],
      ...{ hostOf: new Map(), serviceOf: new Map() },
    }),
  })
})
afterEach(() => world.close())

interface Fired {
  readonly service: string
  readonly name: string
  readonly environment: string
}

const START = Date.parse('2026-11-21T08:00:00Z')

function storm(count: number): readonly Fired[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ service: 'payments', name: `Payments${String(index)}`, environment: 'production' },
  }))
}

/** frontend and payments have checkout in common; staging is another environment, and search is beside them. */
const LATER: readonly Fired[] = [
  { service: 'frontend', name: 'Slow', environment: 'production' },
  { service: 'search', name: 'Slow', environment: 'production' },
  { service: 'frontend', name: 'Slow', environment: 'staging' },
]

/** Which alerts share an incident, whatever the incidents are called. */
function partition(homes: readonly string[]): readonly number[] {
  return homes.map((home) => homes.indexOf(home))
}

async function throughIntake(deliveries: readonly (readonly Fired[])[]): Promise<readonly number[]> {
  for (const delivery of deliveries) {
    const answer = await world.post('/webhooks/alertmanager', alertmanagerBody(...delivery.map((one) => alertOf(one))))
    expect(answer.status).toBe(202)
  }
  const rows = await world.sql<Record<keyof Fired | 'incident', string>>(
    'SELECT service, name, environment, incident_id AS incident FROM alerts',
  )
  const homeOf = (fired: Fired) =>
    rows.find(
      (row) => row.service === fired.service && row.name === fired.name && row.environment === fired.environment,
    )?.incident ?? 'none'
  return partition(deliveries.flat().map(homeOf))
}

function throughEval(deliveries: readonly (readonly Fired[])[]): readonly number[] {
  const alerts = deliveries.flatMap((delivery, index) =>
    delivery.flatMap(({ service, name, environment }) => {
      const alert: CaseAlert = {
        ...{ at: new Date(START + index * 30_000), kind: 'metric', entity: service, caller: null },
        ...{ what: name, direction: '' },
      }
      return toStorm([{ id: 'case', alerts: [alert] }], environment, new Map())
    }),
  )
  return partition(replayStorm(alerts, world.deps.catalog))
}

describe('grouping by intake and by eval grouping', () => {
  it.each([
    ['a storm takes what is in its reach', 6, 1],
    ['a few alerts do not', 2, 2],
  ])('is the same: %s', async (_name, count, others) => {
    const deliveries = [storm(count), LATER]
    const measured = throughEval(deliveries)

    expect(await throughIntake(deliveries)).toEqual(measured)
    expect(new Set(measured).size).toBe(others + 2)
  })

  it('is the same: a storm takes what is in reach of a service that only joined it', async () => {
    const at = (service: string): Fired => ({ service, name: 'Slow', environment: 'production' })
    const deliveries = [storm(6).map((one) => ({ ...one, service: 'web' })), [at('api')], [at('vault')]]
    const measured = throughEval(deliveries)

    expect(await throughIntake(deliveries)).toEqual(measured)
    expect(new Set(measured).size).toBe(1)
  })
})
