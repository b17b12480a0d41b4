import { expect, it } from '@jest/globals'
import { openDeadline } from '../../../src/kernel/deadline.ts'
import { isOverNow } from '../../../src/kernel/bounded-signal.ts'
import type { Watch } from '../../../src/kernel/deadline.ts'

/** A clock and a timer that are turned by hand, each by itself. */
function handTimer(): {
  readonly watch: Watch
  readonly pass: (ms: number) => void
  readonly ring: () => void
  readonly running: () => number
} {
  const waiting = new Set<() => void>()
  let nowMs = 0
  return {
    watch: {
      clock: { now: () => new Date(0), monotonicMs: () => nowMs },
      startTimer: (_ms, whenOver) => {
        waiting.add(whenOver)
        return () => void waiting.delete(whenOver)
      },
    },
    pass: (ms) => {
      nowMs += ms
    },
    ring: () => {
      for (const whenOver of waiting) whenOver()
    },
    running: () => waiting.size,
  }
}

it('aborts when the time is over, and says that it was the time', () => {
  const timer = handTimer()
  const deadline = openDeadline(timer.watch, 10)
  expect(deadline.signal.aborted).toBe(false)

  timer.ring()

  expect(deadline.signal.aborted).toBe(true)
  expect(deadline.isLate()).toBe(true)
  expect((deadline.signal.reason as Error).name).toBe('TimeoutError')
})

it('aborts with whoever stops it, for the same reason, and that is not the time', () => {
  const timer = handTimer()
  const stop = new AbortController()
  const deadline = openDeadline(timer.watch, 10, stop.signal)
  const reason = new Error('the lease is lost')

  stop.abort(reason)
  timer.ring()

  expect(deadline.signal.reason).toBe(reason)
  expect(deadline.isLate()).toBe(false)
})

it('is over from the start when it was stopped before', () => {
  const deadline = openDeadline(handTimer().watch, 10, AbortSignal.abort())
  expect(deadline.signal.aborted).toBe(true)
  expect(deadline.isLate()).toBe(false)
})

it('leaves neither a timer nor a listener behind once it is ended', () => {
  const timer = handTimer()
  const stop = new AbortController()
  const deadline = openDeadline(timer.watch, 10, stop.signal)

  deadline.end()
  stop.abort()
  timer.ring()

  expect(timer.running()).toBe(0)
  expect(deadline.signal.aborted).toBe(false)
})

it('is over for whoever asks as soon as the time has passed, though no timer has said so', () => {
  const timer = handTimer()
  const deadline = openDeadline(timer.watch, 10)
  timer.pass(9)
  expect(isOverNow(deadline.signal)).toBe(false)

  timer.pass(1)

  expect(deadline.signal.aborted).toBe(false)
  expect(isOverNow(deadline.signal)).toBe(true)
  expect(deadline.isLate()).toBe(true)
})

it('asks what it hangs on as well, and is over with it', () => {
  const timer = handTimer()
  const outer = openDeadline(timer.watch, 10)
  const inner = openDeadline(timer.watch, 1_000, openDeadline(timer.watch, 500, outer.signal).signal)

  timer.pass(10)

  expect(isOverNow(inner.signal)).toBe(true)
  expect(inner.isLate()).toBe(false)
  expect(outer.isLate()).toBe(true)
})

it('is over for a reason of its own for whoever asks, and that is not the time', () => {
  const timer = handTimer()
  const reasons: Error[] = []
  const outer = openDeadline(timer.watch, 10, undefined, () => reasons[0])
  const inner = openDeadline(timer.watch, 10, outer.signal)
  expect(isOverNow(inner.signal)).toBe(false)

  timer.pass(10)
  reasons.push(new Error('it stood still'))

  expect(isOverNow(inner.signal)).toBe(true)
  expect(inner.signal.reason).toBe(reasons[0])
  expect([inner.isLate(), outer.isLate()]).toEqual([false, false])
})

it('a signal that hangs on no time is as it is', () => {
  const stop = new AbortController()
  expect(isOverNow(stop.signal)).toBe(false)
  stop.abort()
  expect(isOverNow(stop.signal)).toBe(true)
})
