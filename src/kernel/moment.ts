import type { Clock } from './clock.ts'

/** A moment by both clocks of this machine: one stands still while a laptop sleeps, the other may be set. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.now().getTime() }
}

/** By whichever of the two says that more time has passed. */
export function passedMs(clock: Clock, since: Moment): number {
  const now = momentOf(clock)
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs)
}
