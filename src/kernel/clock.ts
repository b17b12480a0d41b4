import type { StartTimer } from './start-timer.ts'

/**
 * Time as the rooms see it. Deadlines that decide something (expiry, leases, freezes) never use this clock but the
 * database's; this one serves logs, display and local timeouts.
 */
export interface Clock {
  now(): Date
  /** Milliseconds that never jump; only differences mean something. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}

/** Keeps no process alive. */
export const systemTimer: StartTimer = (ms, whenOver) => {
  const timer = setTimeout(whenOver, ms)
  timer.unref()
  return () => {
    clearTimeout(timer)
  }
}
