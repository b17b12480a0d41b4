import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { World } from '../../../src/sandbox/world/world.ts'
import { loadCatalog } from '../../../src/config/load-catalog.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { noise } from '../../../src/sandbox/world/noise.ts'
import type { Scenario } from '../../../src/sandbox/world/scenario.ts'

const FOLDER = fileURLToPath(new URL('../../../sandbox', import.meta.url))
const { world: file, scenarios } = await loadSandbox(FOLDER)
const START = Date.parse('2026-11-21T09:00:00Z')

function scenarioOf(name: string): Scenario {
  const scenario = scenarios.get(name)
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`)
  return scenario
}

/** The share of failed requests of each service over a minute from the start of the story. */
function errorRatios(world: World): Record<string, number> {
  const before = new Map(world.services.map(({ name }) => [name, { ...world.metersOf(name) }]))
  for (let second = 1; second <= 60; second += 1) world.liveSecond(START + second * 1000)
  return Object.fromEntries(
    world.services.map(({ name }) => {
      const [now, then] = [world.metersOf(name), before.get(name) ?? world.metersOf(name)]
      const failed = now.requestsFailed - then.requestsFailed
      return [name, failed / Math.max(1, failed + now.requestsOk - then.requestsOk)]
    }),
  )
}

describe("the sandbox's world", () => {
  it('is the same for the same seed, and another for another', () => {
    const meters = [7, 7, 8].map((seed) => {
      const world = new World({ file, scenario: scenarioOf('bad-deploy'), seed, startMs: START })
      errorRatios(world)
      return JSON.stringify(world.metersOf('web'))
    })

    expect(meters[1]).toBe(meters[0])
    expect(meters[2]).not.toBe(meters[0])
  })

  it('lets a bad version fail, and its dependants with it, and nobody below', () => {
    const world = new World({ file, scenario: scenarioOf('bad-deploy'), seed: 7, startMs: START })
    world.run('checkout', '2.14.0', START - 60_000)

    const ratios = errorRatios(world)

    expect(ratios['checkout']).toBeGreaterThan(0.3)
    expect(ratios['web']).toBeGreaterThan(0.06)
    expect(ratios['payments']).toBeLessThan(0.01)
    expect(ratios['cart']).toBeLessThan(0.01)
  })

  it('is well again as soon as the version before runs', () => {
    const world = new World({ file, scenario: scenarioOf('bad-deploy'), seed: 7, startMs: START })
    world.run('checkout', '2.14.0', START - 60_000)
    errorRatios(world)
    world.run('checkout', '2.13.0', START)

    expect(errorRatios(world)['checkout']).toBeLessThan(0.02)
  })

  it('lets a failing database fail whatever needs the service', () => {
    const world = new World({ file, scenario: scenarioOf('dependency-failure'), seed: 7, startMs: START })

    const ratios = errorRatios(world)

    expect(ratios['payments']).toBeGreaterThan(0.7)
    expect(ratios['checkout']).toBeGreaterThan(0.6)
    expect(world.metersOf('payments').isDatabaseUp).toBe(false)
    expect(world.metersOf('checkout').isDatabaseUp).toBe(true)
  })

  it('frees leaked memory when the pods are replaced', () => {
    const world = new World({ file, scenario: scenarioOf('memory-leak'), seed: 7, startMs: START })
    for (let second = -47 * 60; second <= 0; second += 1) world.liveSecond(START + second * 1000)
    const leaked = world.metersOf('reports').memoryBytes
    world.recycle('reports')
    world.liveSecond(START + 1000)

    expect(leaked).toBeGreaterThan(900 * 1_048_576)
    expect(world.metersOf('reports').memoryBytes).toBeLessThan(420 * 1_048_576)
  })

  it('agrees with the catalog on who depends on whom, and on the applications', async () => {
    const { catalog, problems } = await loadCatalog(`${FOLDER}/catalog`)

    expect(problems).toEqual([])
    expect([...catalog.services.keys()].sort()).toEqual(file.services.map(({ name }) => name).sort())
    for (const service of file.services) {
      const known = catalog.services.get(service.name)
      expect([...(known?.dependsOn ?? [])].sort()).toEqual(Object.keys(service.calls).sort())
      expect(known?.argocd?.app ?? undefined).toBe(service.app)
      expect(known?.pagerdutyServiceId ?? undefined).toBe(service.pagerdutyServiceId)
    }
  })
})

describe('noise', () => {
  it('of neighbouring seeds has nothing in common, at whatever moments', () => {
    const seeds = Array.from({ length: 50 }, (_, index) => index + 1)
    const moments = Array.from({ length: 100 }, (_, index) => index + 1)
    const told = seeds.flatMap((seed) => moments.map((moment) => noise(seed, 'bad-deploy', moment)))

    expect(new Set(told).size).toBe(told.length)
    expect(told.every((one) => one >= 0 && one < 1)).toBe(true)
  })
})
