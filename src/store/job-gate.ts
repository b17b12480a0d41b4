import { systemTimer } from '../kernel/clock.ts'
import type { StartTimer } from '../kernel/start-timer.ts'

interface Waiting {
  readonly alone: boolean
  readonly enter: () => void
}

/**
 * What takes its process with it does so soon; what goes on for longer is slow, or hangs. The others wait for it no longer
 * than this.
 */
const ALONE_AT_MOST_MS = 10_000

/**
 * Lets jobs work side by side, and a suspect alone: one whose earlier try came to no end may take the process with it,
 * and what works beside it then would be counted for nothing. First come, first served, so that neither kind starves.
 *
 *   free → shared (n at work) → free; free → alone → free, or, when that takes long, shared
 *
 * A job that the engine has taken back (its `signal`) is out, whatever its handler still does: one that never ends must
 * not keep all others outside for ever.
 */
export class JobGate {
  #shared = 0
  #isAlone = false
  readonly #waiting: Waiting[] = []
  readonly #startTimer: StartTimer

  constructor(startTimer: StartTimer = systemTimer) {
    this.#startTimer = startTimer
  }

  /** Resolves when the job may begin; what it returns is called at its end. Rejects when it was taken back before. */
  async enter(alone: boolean, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { alone, enter: resolve }
      this.#waiting.push(waiting)
      const giveUp = (): void => {
        if (!this.#forget(waiting)) return
        reject(new Error('The job was taken back while it waited for its turn.'))
        this.#admit()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#admit()
    })
    const leave = alone ? this.#leaveAlone() : this.#leaveShared()
    signal.addEventListener('abort', leave, { once: true })
    return leave
  }

  #leaveShared(): () => void {
    return once(() => {
      this.#shared -= 1
      this.#admit()
    })
  }

  #leaveAlone(): () => void {
    let isAlone = true
    const share = (): void => {
      isAlone = false
      this.#isAlone = false
      this.#shared += 1
      this.#admit()
    }
    const stopTimer = this.#startTimer(ALONE_AT_MOST_MS, share)
    return once(() => {
      stopTimer()
      if (isAlone) this.#isAlone = false
      else this.#shared -= 1
      this.#admit()
    })
  }

  /** False when it has been admitted. */
  #forget(waiting: Waiting): boolean {
    const index = this.#waiting.indexOf(waiting)
    if (index >= 0) this.#waiting.splice(index, 1)
    return index >= 0
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#isAlone || (next.alone && this.#shared > 0)) return
      this.#waiting.shift()
      if (next.alone) this.#isAlone = true
      else this.#shared += 1
      next.enter()
    }
  }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}
