import type { SendWindow } from '../../ports/chat-surface.ts'

/** Beyond so many places those without a recent message are forgotten. */
const MOST_PLACES = 2_000

/**
 * At most so many messages in so much time at one place, several windows at once, as Teams counts them for a thread: 7
 * in a second and still no more than 60 in thirty. By a clock that never jumps; the times of what was sent are kept as
 * long as the longest window looks back.
 */
export class SendWindows {
  readonly #windows: readonly SendWindow[]
  readonly #longestMs: number
  readonly #sent = new Map<string, number[]>()

  constructor(windows: readonly SendWindow[]) {
    this.#windows = windows
    this.#longestMs = Math.max(0, ...windows.map((window) => window.perMs))
  }

  /** The milliseconds until one more may go; 0 when it may go now. Takes nothing. */
  wait(place: string, nowMs: number): number {
    const sent = this.#sent.get(place) ?? []
    const waits = this.#windows.map(({ most, perMs }) => {
      const first = sent.at(-most)
      return first === undefined ? 0 : Math.max(0, first + perMs - nowMs)
    })
    return Math.max(0, ...waits)
  }

  note(place: string, nowMs: number): void {
    if (this.#windows.length === 0) return
    const sent = (this.#sent.get(place) ?? []).filter((at) => nowMs - at < this.#longestMs)
    this.#sent.set(place, [...sent, nowMs])
    if (this.#sent.size > MOST_PLACES) this.#forgetOld(nowMs)
  }

  #forgetOld(nowMs: number): void {
    for (const [place, sent] of this.#sent) {
      if (nowMs - (sent.at(-1) ?? 0) >= this.#longestMs) this.#sent.delete(place)
    }
  }
}
