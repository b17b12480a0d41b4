import { describe, expect, it } from '@jest/globals'
import { listWindowFreezes } from '../../../src/policy/freeze-windows.ts'
import { createWallClock } from '../../../src/policy/wall-clock.ts'
import type { FreezeWindow } from '../../../src/domain/freeze.ts'

const catalog = { services: new Map() }
const at = (text: string) => new Date(text)

function window(change: Partial<FreezeWindow> = {}): FreezeWindow {
  const scope = { services: null, owner: null, environment: null }
  return { ...scope, days: [], from: 22 * 60, to: 6 * 60, timezone: 'UTC', reason: 'month end close', ...change }
}

function held(windows: readonly FreezeWindow[], now: string, services = ['checkout'], environment = 'production') {
  const [freeze] = listWindowFreezes(windows, { services, environment, catalog, now: at(now) })
  return freeze === undefined ? null : freeze.until.toISOString()
}

describe('a freeze that comes back by the calendar', () => {
  it.each([
    ['2026-11-27T21:59:59.999Z', null],
    ['2026-11-27T22:00:00Z', '2026-11-28T06:00:00.000Z'],
    ['2026-11-28T05:59:59.999Z', '2026-11-28T06:00:00.000Z'],
    ['2026-11-28T06:00:00Z', null],
  ])('over midnight, at %s: %s', (now, until) => {
    expect(held([window()], now)).toBe(until)
  })

  it('belongs to the day on which it begins', () => {
    const friday = window({ days: ['fri'] })

    expect(held([friday], '2026-11-28T03:00:00Z')).not.toBeNull()
    expect(held([friday], '2026-11-27T03:00:00Z')).toBeNull()
  })

  it('knows days of the month, and its last', () => {
    expect(held([window({ days: ['last'] })], '2026-11-30T23:00:00Z')).toBe('2026-12-01T06:00:00.000Z')
    expect(held([window({ days: ['last'] })], '2026-11-29T23:00:00Z')).toBeNull()
    expect(held([window({ days: ['last'] })], '2028-02-29T23:00:00Z')).not.toBeNull()
    expect(held([window({ days: [15] })], '2026-11-15T23:00:00Z')).not.toBeNull()
  })

  it('is told as one with those that follow it without a gap', () => {
    const windows = [window({ days: ['fri'], from: 0, to: 0 }), window({ days: ['sat'], from: 0, to: 12 * 60 })]

    expect(held(windows, '2026-11-27T10:00:00Z')).toBe('2026-11-28T12:00:00.000Z')
  })

  it.each([
    [{ services: ['checkout'] }, true],
    [{ services: ['shop'] }, false],
    [{ environment: 'production' }, true],
    [{ environment: 'staging' }, false],
    [{ owner: 'payments' }, false],
  ])('%j holds what it names and nothing else: %s', (scope, isHeld) => {
    expect(held([window(scope)], '2026-11-27T23:00:00Z') !== null).toBe(isHeld)
  })
})

describe('when the clock on the wall is changed', () => {
  const zurich = window({ timezone: 'Europe/Zurich', from: 2 * 60 + 30, to: 4 * 60 })

  it('in summer time and in winter time the same hours of the wall are frozen', () => {
    expect(held([zurich], '2026-07-01T00:30:00Z')).toBe('2026-07-01T02:00:00.000Z')
    expect(held([zurich], '2026-12-01T01:30:00Z')).toBe('2026-12-01T03:00:00.000Z')
    expect(held([zurich], '2026-12-01T00:30:00Z')).toBeNull()
  })

  it('a time that comes twice begins with the first', () => {
    // On 25 October 2026 02:30 comes at 00:30 UTC and again at 01:30 UTC.
    expect(held([zurich], '2026-10-25T00:30:00Z')).toBe('2026-10-25T03:00:00.000Z')
  })

  it('a time that never comes still freezes, from before it', () => {
    // On 29 March 2026 the wall goes from 02:00 to 03:00, at 01:00 UTC.
    expect(held([zurich], '2026-03-29T01:30:00Z')).toBe('2026-03-29T02:00:00.000Z')
  })

  it('what is read from the wall, at any time of two years, lies within the day that it names', () => {
    const clock = createWallClock('Europe/Zurich')
    for (
      let moment = Date.parse('2026-01-01T00:00:00Z');
      moment < Date.parse('2028-01-01T00:00:00Z');
      moment += 22_020_000
    ) {
      const day = clock.dayAt(new Date(moment))
      const midnight = clock.momentOf(day, 0, 'earlier').getTime()
      expect(clock.dayAt(new Date(midnight))).toEqual(day)
      expect(moment).toBeGreaterThanOrEqual(midnight)
      expect(moment - midnight).toBeLessThan(25 * 3_600_000)
    }
  })
})
