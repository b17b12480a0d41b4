import { expect, it } from '@jest/globals'
import { openStillMeter } from '../../../src/kernel/still-meter.ts'

function handClock() {
  let monotonicMs = 0
  let wallMs = 0
  return {
    clock: { now: () => new Date(wallMs), monotonicMs: () => monotonicMs },
    pass: (ms: number, by: 'both' | 'monotonic' | 'wall' = 'both') => {
      if (by !== 'wall') monotonicMs += ms
      if (by !== 'monotonic') wallMs += ms
    },
  }
}

it('counts nothing while somebody looks again and again, however long that goes on', () => {
  const { clock, pass } = handClock()
  const stoodStillMs = openStillMeter(clock)
  for (let look = 0; look < 100; look += 1) {
    pass(900)
    expect(stoodStillMs()).toBe(0)
  }
})

it.each(['both', 'monotonic', 'wall'] as const)('counts what passed between two looks (by %s)', (by) => {
  const { clock, pass } = handClock()
  const stoodStillMs = openStillMeter(clock)
  pass(6_000, by)
  expect(stoodStillMs()).toBe(6_000)
})

it('has counted it for whoever looks later, and once', () => {
  const { clock, pass } = handClock()
  const stoodStillMs = openStillMeter(clock)
  pass(6_000)
  stoodStillMs()
  pass(10)
  expect(stoodStillMs()).toBe(6_000)
})

it('adds up one standing still and the next', () => {
  const { clock, pass } = handClock()
  const stoodStillMs = openStillMeter(clock)
  pass(3_000)
  stoodStillMs()
  pass(500)
  stoodStillMs()
  pass(2_000)
  expect(stoodStillMs()).toBe(5_000)
})

it('a clock that is set back takes nothing away', () => {
  const { clock, pass } = handClock()
  const stoodStillMs = openStillMeter(clock)
  pass(-60_000, 'wall')
  expect(stoodStillMs()).toBe(0)
  pass(2_000)
  expect(stoodStillMs()).toBe(2_000)
})
