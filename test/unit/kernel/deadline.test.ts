import { expect, it } from '@jest/globals'
import { openDeadline } from '../../../src/kernel/deadline.ts'
import type { StartTimer } from '../../../src/kernel/deadline.ts'

/** A clock that is turned by hand. */
function handTimer(): { readonly start: StartTimer; readonly ring: () => void; readonly running: () => number } {
  const waiting = new Set<() => void>()
  return {
    start: (_ms, whenOver) => {
      waiting.add(whenOver)
      return () => void waiting.delete(whenOver)
    },
    ring: () => {
      for (const whenOver of waiting) whenOver()
    },
    running: () => waiting.size,
  }
}

it('aborts when the time is over, and says that it was the time', () => {
  const timer = handTimer()
  const deadline = openDeadline(timer.start, 10)
  expect(deadline.signal.aborted).toBe(false)

  timer.ring()

  expect(deadline.signal.aborted).toBe(true)
  expect(deadline.isLate()).toBe(true)
  expect((deadline.signal.reason as Error).name).toBe('TimeoutError')
})

it('aborts with whoever stops it, for the same reason, and that is not the time', () => {
  const timer = handTimer()
  const stop = new AbortController()
  const deadline = openDeadline(timer.start, 10, stop.signal)
  const reason = new Error('the lease is lost')

  stop.abort(reason)
  timer.ring()

  expect(deadline.signal.reason).toBe(reason)
  expect(deadline.isLate()).toBe(false)
})

it('is over from the start when it was stopped before', () => {
  const deadline = openDeadline(handTimer().start, 10, AbortSignal.abort())
  expect(deadline.signal.aborted).toBe(true)
  expect(deadline.isLate()).toBe(false)
})

it('leaves neither a timer nor a listener behind once it is ended', () => {
  const timer = handTimer()
  const stop = new AbortController()
  const deadline = openDeadline(timer.start, 10, stop.signal)

  deadline.end()
  stop.abort()
  timer.ring()

  expect(timer.running()).toBe(0)
  expect(deadline.signal.aborted).toBe(false)
})
