const looks = new WeakMap<AbortSignal, () => void>()

/** `look` aborts the signal when its time is over by the clock, whether or not a timer has said so yet. */
export function bindToTime(signal: AbortSignal, look: () => void): void {
  looks.set(signal, look)
}

/**
 * Whether what this signal bounds is over, asked of the clock. A process that stood still (stopped, suspended, a long
 * collection of garbage) finds what came from the network before any timer: Node looks at its connections first. So a
 * connection that came to stand meanwhile would carry a request that is long too late; whoever is about to write one asks.
 */
export function isOverNow(signal: AbortSignal): boolean {
  looks.get(signal)?.()
  return signal.aborted
}
