/**
 * A token bucket by a clock that never jumps. Losing it in a restart only means that a burst may start anew, which
 * platforms tolerate; so it may live in memory.
 */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  /** Below zero while places are kept for those who wait. */
  #tokens: number
  #at: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = nowMs
  }

  /** Takes a token and returns 0, or takes none and returns the milliseconds until there is one. */
  take(nowMs: number): number {
    this.#refill(nowMs)
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs)
    this.#tokens -= 1
    return 0
  }

  /** Takes a token in any case: 0 when it may be used now, else the milliseconds until it may. A queue, not a scramble. */
  reserve(nowMs: number): number {
    this.#refill(nowMs)
    this.#tokens -= 1
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }

  /** The platform said when: no token before that. */
  block(nowMs: number, forMs: number): void {
    this.#refill(nowMs)
    this.#tokens = Math.min(this.#tokens, 1 - forMs * this.#perMs)
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, nowMs - this.#at) * this.#perMs)
    this.#at = nowMs
  }
}
