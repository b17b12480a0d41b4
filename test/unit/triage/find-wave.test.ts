import { describe, expect, it } from '@jest/globals'
import { findWave } from '../../../src/triage/find-wave.ts'
import { NOW } from './make-alerts.ts'

/** `count` alerts of so many services, evenly over `spanMs` from `fromMs`. */
function burst(count: number, { fromMs = 0, spanMs = 10_000, services = 4 } = {}) {
  return Array.from({ length: count }, (_, index) => ({
    fingerprint: `${String(fromMs)} ${String(index)}`,
    service: `service-${String(index % services)}`,
    startsAt: new Date(NOW.getTime() + fromMs + (index * spanMs) / count),
  }))
}

const GROWING = { recentAlerts: 10, isAtRest: false }
const AT_REST = { recentAlerts: 0, isAtRest: true }

describe('a new wave', () => {
  it('begins where many alerts come at once after few', () => {
    const tail = burst(5, { spanMs: 12_000 })
    const wave = burst(60, { fromMs: 15_000 })

    expect(findWave([...wave, ...tail], GROWING)).toEqual(wave[0]?.startsAt)
  })

  it('needs fewer alerts after a rest', () => {
    expect(findWave(burst(12), AT_REST)).toEqual(NOW)
    expect(findWave(burst(12), { ...AT_REST, isAtRest: false })).toBeUndefined()
  })

  it.each([
    ['few alerts', burst(9), AT_REST],
    ['many alerts of one service', burst(60, { services: 1 }), AT_REST],
    ['one alert many times', burst(60).map((one) => ({ ...one, fingerprint: 'same' })), AT_REST],
    ['many alerts over a long time', burst(60, { spanMs: 300_000 }), GROWING],
    ['many alerts after many', burst(60), { recentAlerts: 90, isAtRest: false }],
  ])('is not: %s', (_name, alerts, context) => {
    expect(findWave(alerts, context)).toBeUndefined()
  })
})
