import { bindToTime } from '../kernel/bounded-signal.ts'
import { FencedError } from '../kernel/errors.ts'
import { momentOf, passedMs } from '../kernel/moment.ts'
import type { Moment } from '../kernel/moment.ts'
import { openStillMeter } from '../kernel/still-meter.ts'
import type { HeldLease } from '../executor/executor-deps.ts'
import type { Deps } from './dependencies.ts'
import type { RunLease } from '../ports/run-store.ts'

export interface KeptLease extends HeldLease {
  /** Ends the keeping; the lease itself is given back by whoever releases the run. */
  stop(): void
}

/** However long the lease is: a process that is awake has to show it several times a second. */
const LOOK_AT_LEAST_EVERY_MS = 250

/**
 * Keeps a lease by renewing it every third of its time, and watches its end on this machine: counted from before the
 * claim (or renewal) was asked for, by whichever clock says that more time has passed, and early by a sixth. A process
 * that was stopped or slept may find a connection ready before its timers: the signal is asked before a request is written.
 *
 *   kept → lost (fenced by another replica, or not renewed in time) → the signal fires, assertHeld throws, for good
 */
export function keepLease(deps: Pick<Deps, 'stores' | 'clock' | 'log'>, lease: RunLease, claimedAt: Moment): KeptLease {
  const { leaseMs, run } = lease
  const lost = new AbortController()
  let grantedAt = claimedAt
  let isRenewing = false
  const stoodStillMs = openStillMeter(deps.clock)

  const remainingMs = (): number => leaseMs * (5 / 6) - passedMs(deps.clock, grantedAt)
  const lose = (why: string): void => {
    stop()
    if (lost.signal.aborted) return
    deps.log.warn({ runId: run.id, fence: lease.fence, why }, 'the lease on a run is lost; all of it is dropped')
    lost.abort(new FencedError(run.id))
  }
  const renew = async (): Promise<void> => {
    if (isRenewing) return
    isRenewing = true
    const askedAt = momentOf(deps.clock)
    try {
      await deps.stores.leasedRuns.heartbeat(lease, leaseMs)
      grantedAt = askedAt
    } catch (error) {
      // A database that does not answer is asked again; the watch below ends it when that takes too long.
      if (error instanceof FencedError) lose('fenced')
    } finally {
      isRenewing = false
    }
  }
  const heartbeat = setInterval(() => void renew(), leaseMs / 3)
  const watch = setInterval(
    () => {
      stoodStillMs()
      if (remainingMs() <= 0) lose('not renewed in time')
    },
    Math.min(LOOK_AT_LEAST_EVERY_MS, Math.max(20, leaseMs / 20)),
  )
  const stop = (): void => {
    clearInterval(heartbeat)
    clearInterval(watch)
  }
  bindToTime(lost.signal, () => {
    if (remainingMs() <= 0) lose('not renewed in time')
  })
  return {
    lease,
    signal: lost.signal,
    stop,
    stoodStillMs,
    assertHeld: () => {
      if (remainingMs() <= 0) lose('not renewed in time')
      if (lost.signal.aborted) throw new FencedError(run.id)
    },
  }
}
