/** Calls back once after `ms` unless it is stopped by what it returns. As an argument, so that this room stays pure. */
export type StartTimer = (ms: number, whenOver: () => void) => () => void

export interface Deadline {
  /** Aborted when the time is over, or with the signal that was handed in. */
  readonly signal: AbortSignal
  /** Whether it was the time. */
  readonly isLate: () => boolean
  /** What it bounds is over: nothing of it is left behind. */
  readonly end: () => void
}

/**
 * What `AbortSignal.any([stop, AbortSignal.timeout(ms)])` is, for what has an end of its own and happens often: those two
 * tell the garbage collector of each signal, which costs more than the rest of a short request.
 */
export function openDeadline(startTimer: StartTimer, ms: number, stop?: AbortSignal): Deadline {
  const controller = new AbortController()
  let isLate = false
  const follow = (): void => {
    controller.abort(stop?.reason)
  }
  const stopTimer = startTimer(ms, () => {
    if (controller.signal.aborted) return
    isLate = true
    controller.abort(new DOMException('The time for it is over.', 'TimeoutError'))
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
