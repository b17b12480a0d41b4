import type { Clock } from './clock.ts'
import { momentOf, passedMs } from './moment.ts'

/** Less is a busy machine, which is awake in between. */
const STANDS_STILL_MS = 1_000

/**
 * Says at each look for how long this process has stood still (stopped, suspended with its machine, starved) since the
 * meter was opened, by whichever clock says more. Somebody has to look by a timer, several times a second: a process that
 * waits for a slow vendor looks all the while, one that stands still does not. Whoever looks first after it counts it, so
 * it is the same whether Node comes to its timers first or to its connections.
 */
export function openStillMeter(clock: Clock): () => number {
  let lookedAt = momentOf(clock)
  let stoodStillMs = 0
  return () => {
    const sinceMs = passedMs(clock, lookedAt)
    lookedAt = momentOf(clock)
    if (sinceMs >= STANDS_STILL_MS) stoodStillMs += sinceMs
    return stoodStillMs
  }
}
