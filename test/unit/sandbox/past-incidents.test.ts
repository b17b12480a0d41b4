import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { drawPastIncidents, likeIncidents } from '../../../src/sandbox/pagerduty/past-incidents.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import type { WorldFile } from '../../../src/sandbox/world/world-file.ts'

const NOW = Date.parse('2026-11-21T09:00:00Z')
const DAY = 86_400_000

let file: WorldFile
beforeAll(async () => {
  file = (await loadSandbox(fileURLToPath(new URL('../../../sandbox', import.meta.url)))).world
})

describe('what paged in the months before', () => {
  it('is of the seed alone, and other for another one', () => {
    expect(drawPastIncidents(file, 7, NOW)).toEqual(drawPastIncidents(file, 7, NOW))
    expect(drawPastIncidents(file, 7, NOW)).not.toEqual(drawPastIncidents(file, 8, NOW))
  })

  it('is of paged services, of rules that fit them, and lies before the story, with any seed', () => {
    const paged = new Map(
      file.services.map(({ name, pagerdutyServiceId, hasDatabase }) => [name, { pagerdutyServiceId, hasDatabase }]),
    )
    const all = Array.from({ length: 200 }, (_none, seed) => drawPastIncidents(file, seed, NOW)).flat()

    expect(all.length).toBeGreaterThan(500)
    for (const { service, alert, createdAtMs } of all) {
      expect(paged.get(service)?.pagerdutyServiceId).toBeDefined()
      expect(alert !== 'DatabaseDown' || paged.get(service)?.hasDatabase).toBe(true)
      expect(createdAtMs).toBeLessThan(NOW - 2 * DAY)
    }
  })

  it('is like another by service and alert, the newer the more', () => {
    const one = { id: 'PPAST001', service: 'cart', alert: 'HighLatency', createdAtMs: NOW - 40 * DAY }
    const past = [
      one,
      { ...one, id: 'PPAST002', createdAtMs: NOW - 10 * DAY },
      { ...one, id: 'PPAST003', alert: 'DatabaseDown', createdAtMs: NOW - 5 * DAY },
      { ...one, id: 'PPAST004', service: 'auth' },
    ]

    const like = likeIncidents(past, { service: 'cart', alert: 'HighLatency', createdAtMs: NOW })

    expect(like.map(({ past: { id } }) => id)).toEqual(['PPAST002', 'PPAST001', 'PPAST003'])
  })
})
