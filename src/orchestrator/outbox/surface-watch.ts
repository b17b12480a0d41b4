/** Long enough that a blip tells nobody, short enough that people know within a minute where else to decide. */
const LOST_AFTER_MS = 15_000
const LEAST_FAILURES = 2

export interface SurfaceNews {
  readonly isReachable: boolean
  /** For how long it has been so. */
  readonly forMs: number
  readonly detail: string | null
}

/**
 * Whether a surface answers, as the calls of its deliverer show it:
 *
 *   answers → failing (a call fails) → lost (still failing 15 s later) → answers (any call is answered)
 *
 * A refusal of what was asked is an answer; being asked to wait is one too. What this process has put on record is
 * remembered, so that only a change is written; a process that has just started does not know and writes once.
 */
export class SurfaceWatch {
  #hasAnswered = false
  #failing: { readonly sinceMs: number; readonly count: number; readonly detail: string } | undefined
  #recorded: boolean | undefined

  answered(): void {
    this.#hasAnswered = true
    this.#failing = undefined
  }

  failed(startedAtMs: number, detail: string): void {
    const { sinceMs = startedAtMs, count = 0 } = this.#failing ?? {}
    this.#failing = { sinceMs: Math.min(sinceMs, startedAtMs), count: count + 1, detail }
  }

  /** What has to be put on record, if anything. */
  news(nowMs: number): SurfaceNews | undefined {
    if (this.#failing === undefined) {
      const isNews = this.#hasAnswered && this.#recorded !== true
      return isNews ? { isReachable: true, forMs: 0, detail: null } : undefined
    }
    const { sinceMs, count, detail } = this.#failing
    const isLost = count >= LEAST_FAILURES && nowMs - sinceMs >= LOST_AFTER_MS
    return isLost && this.#recorded !== false ? { isReachable: false, forMs: nowMs - sinceMs, detail } : undefined
  }

  recorded(isReachable: boolean): void {
    this.#recorded = isReachable
  }
}
