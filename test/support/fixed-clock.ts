import type { Clock } from '../../src/kernel/clock.ts'

/** A clock that moves only when the test says so. */
export class FixedClock implements Clock {
  #ms: number

  constructor(at = '2026-11-21T08:30:00.000Z') {
    this.#ms = Date.parse(at)
  }

  now(): Date {
    return new Date(this.#ms)
  }

  monotonicMs(): number {
    return this.#ms
  }

  advance(ms: number): void {
    this.#ms += ms
  }
}
