import { bindToTime, isOverNow } from './bounded-signal.ts'
import type { Clock } from './clock.ts'
import { momentOf, passedMs } from './moment.ts'
import type { StartTimer } from './start-timer.ts'

/** What a deadline needs: a timer to end what waits, and a clock for whoever asks before the timer has spoken. */
export interface Watch {
  readonly clock: Clock
  readonly startTimer: StartTimer
}

export interface Deadline {
  /** Aborted when the time is over, or with the signal that was handed in; may be asked (`isOverNow`). */
  readonly signal: AbortSignal
  /** Whether it was the time. */
  readonly isLate: () => boolean
  /** What it bounds is over: nothing of it is left behind. */
  readonly end: () => void
}

/**
 * What `AbortSignal.any([stop, AbortSignal.timeout(ms)])` is, for what has an end of its own and happens often: those two
 * tell the garbage collector of each signal, which costs more than the rest of a short request. `whyOver` is asked with
 * the time (`isOverNow`) and by no timer.
 */
export function openDeadline(
  { clock, startTimer }: Watch,
  ms: number,
  stop?: AbortSignal,
  whyOver?: () => Error | undefined,
): Deadline {
  const controller = new AbortController()
  const begun = momentOf(clock)
  let isLate = false
  const follow = (): void => {
    controller.abort(stop?.reason)
  }
  const end = (): void => {
    if (controller.signal.aborted) return
    isLate = true
    controller.abort(new DOMException('The time for it is over.', 'TimeoutError'))
  }
  const stopTimer = startTimer(ms, end)
  bindToTime(controller.signal, () => {
    if (stop !== undefined && isOverNow(stop)) {
      follow()
      return
    }
    const why = whyOver?.()
    if (why !== undefined) controller.abort(why)
    else if (passedMs(clock, begun) >= ms) end()
  })
  if (stop?.aborted === true) follow()
  else stop?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    isLate: () => isLate,
    end: () => {
      stopTimer()
      stop?.removeEventListener('abort', follow)
    },
  }
}
