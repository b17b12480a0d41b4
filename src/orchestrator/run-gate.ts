import { systemTimer } from '../kernel/clock.ts'
import type { StartTimer } from '../kernel/start-timer.ts'

/** What one process is at, of one run. */
export interface RunTurn {
  /** Fires when another run is to be tried alone: this one is then given back at its next safe point. */
  readonly giveBack: AbortSignal
  /**
   * True when no other run is in work in this process any more, or when this one has been tried alone here before. False
   * when another one is, or is about to be: then nothing of this run may be held meanwhile. `lastedMs` is how long its
   * tries lasted that ended in a crash.
   */
  becomeAlone(runId: string, lastedMs: number | null): Promise<boolean>
  leave(): void
}

/** What takes its process with it mostly does so soon; what goes on for longer is slow, and the others do not wait for it. */
const ALONE_MS = 10_000
/** Nor for one that took its process with it only after this time: what waits beside it then may be set aside with it. */
const ALONE_AT_MOST_MS = 120_000
/** A call to a target that is under way is waited for, within reason. */
const EMPTY_WITHIN_MS = 15_000

/**
 * Lets the runs of one process go side by side, but one whose next crash would set it aside alone: those that merely were at
 * work beside it are not to be set aside as well.
 *
 *   shared (n in work) → emptying (they give back, nobody enters) → alone → shared, when its time is over at the latest
 *
 * Its time is ten seconds, or as long as its tries lasted that ended in a crash, where that was longer: what takes its process
 * down a minute after it was taken up is alone for that minute, so that its last crash is counted for nobody else. Those that
 * died beside it have their own time alone, once in each process, and go on beside the others. Two minutes are the most:
 * what lives longer than that alone, or than it did before, may still take with it what waits beside it.
 */
export class RunGate {
  readonly #turns = new Map<RunTurn, AbortController>()
  readonly #waiting = new Set<() => void>()
  /** Runs that were tried alone, and this process lives. */
  readonly #proved = new Set<string>()
  readonly #startTimer: StartTimer
  #alone: RunTurn | undefined
  #whenEmpty: () => void = () => undefined
  #stopTimer: () => void = () => undefined

  constructor(startTimer: StartTimer = systemTimer) {
    this.#startTimer = startTimer
  }

  /** Waits while a run is tried alone. undefined when `stop` fired before. */
  async enter(stop: AbortSignal): Promise<RunTurn | undefined> {
    while (this.#alone !== undefined && !stop.aborted) await this.#opened(stop)
    if (stop.aborted) return undefined
    const controller = new AbortController()
    const turn: RunTurn = {
      giveBack: controller.signal,
      becomeAlone: (runId, lastedMs) => this.#becomeAlone(turn, runId, lastedMs),
      leave: () => {
        this.#leave(turn)
      },
    }
    this.#turns.set(turn, controller)
    return turn
  }

  async #becomeAlone(turn: RunTurn, runId: string, lastedMs: number | null): Promise<boolean> {
    if (this.#proved.has(runId)) return true
    if (this.#alone !== undefined) return false
    this.#alone = turn
    for (const [other, controller] of this.#turns) if (other !== turn) controller.abort()
    await this.#emptied()
    this.#proved.add(runId)
    const forMs = Math.min(Math.max(ALONE_MS, lastedMs ?? 0), ALONE_AT_MOST_MS)
    this.#restartTimer(forMs, () => {
      if (this.#alone === turn) this.#open()
    })
    return true
  }

  async #emptied(): Promise<void> {
    if (this.#turns.size === 1) return
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve
      this.#restartTimer(EMPTY_WITHIN_MS, resolve)
    })
  }

  #leave(turn: RunTurn): void {
    this.#turns.delete(turn)
    if (this.#alone === turn) this.#open()
    else if (this.#alone !== undefined && this.#turns.size === 1) this.#whenEmpty()
  }

  #open(): void {
    this.#stopTimer()
    this.#alone = undefined
    for (const go of [...this.#waiting]) go()
  }

  #opened(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#waiting.delete(go)
        stop.removeEventListener('abort', go)
        resolve()
      }
      this.#waiting.add(go)
      stop.addEventListener('abort', go, { once: true })
    })
  }

  #restartTimer(ms: number, whenOver: () => void): void {
    this.#stopTimer()
    this.#stopTimer = this.#startTimer(ms, whenOver)
  }
}
