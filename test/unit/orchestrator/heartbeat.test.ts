import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { momentOf } from '../../../src/kernel/moment.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { keepLease } from '../../../src/orchestrator/heartbeat.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { RunLease } from '../../../src/ports/run-store.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** Both clocks are those of the fake timers. */
function keep(leaseMs: number) {
  let sleptMs = 0
  const clock = { now: () => new Date(Date.now() + sleptMs), monotonicMs: () => Date.now() + sleptMs }
  const stores = { leasedRuns: { heartbeat: () => Promise.resolve() } } as unknown as Deps['stores']
  const lease = { run: { id: 'RUN-1' }, fence: 1, leaseMs } as RunLease
  const held = keepLease({ stores, clock, log: silentLogger }, lease, momentOf(clock))
  return { held, sleep: (ms: number) => void (sleptMs += ms) }
}

it.each([1_000, 30_000, 3_600_000])('is awake all the while, however long its lease is (%i ms)', async (leaseMs) => {
  const { held } = keep(leaseMs)

  await jest.advanceTimersByTimeAsync(20_000)

  expect(held.stoodStillMs()).toBe(0)
  expect(held.signal.aborted).toBe(false)
  held.stop()
})

it('says that it stood still, to whoever asks before its timers and to whoever asks after them', async () => {
  const { held, sleep } = keep(30_000)
  await jest.advanceTimersByTimeAsync(1_000)

  sleep(6_000)
  expect(held.stoodStillMs()).toBe(6_000)
  await jest.advanceTimersByTimeAsync(1_000)
  expect(held.stoodStillMs()).toBe(6_000)

  sleep(3_000)
  await jest.advanceTimersByTimeAsync(250)
  expect(held.stoodStillMs()).toBe(9_250)
  held.stop()
})
