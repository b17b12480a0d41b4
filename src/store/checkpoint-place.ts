import type { Checkpoint } from '../domain/audit-entry.ts'
import { systemClock, systemTimer } from '../kernel/clock.ts'
import { openDeadline } from '../kernel/deadline.ts'
import type { StartTimer } from '../kernel/start-timer.ts'
import { AppError } from '../kernel/errors.ts'
import type { CheckpointLog } from '../ports/checkpoint-log.ts'
import { FileThreads } from './file-threads.ts'

/** Far more than a disk or a mount that works takes, and less than a stop of the service may. */
const PATIENCE_MS = 5_000

export class PlaceHangsError extends AppError {
  constructor(name: string) {
    super(
      'checkpoint_place_hangs',
      `The folder of checkpoints ${name} does not answer. Nothing else is asked of it until it does, and everything else goes on; look at its mount.`,
      true,
    )
  }
}

export interface PlaceOptions {
  /** All places of one process share them. */
  readonly threads?: FileThreads
  readonly startTimer?: StartTimer
}

/**
 * One place of checkpoints that may never answer (a stalled mount). A call of the file system cannot be taken back: it
 * keeps a thread of the process until it ends, so at most one is under way here, and nobody waits for it longer than
 * five seconds.
 *
 *   free → at work → free, or, when its time is over, hanging (all that is asked is refused at once) → free, whenever it ends
 *
 * Meanwhile the last checkpoint is the one that was last read or written here: whoever compares the database with it
 * before signing for the other places has no less than that. Where none is known, nothing is signed.
 */
export class CheckpointPlace implements CheckpointLog {
  readonly name: string
  readonly #log: CheckpointLog
  readonly #threads: FileThreads
  readonly #startTimer: StartTimer
  #isBusy = false
  #isHanging = false
  #last: Checkpoint | undefined

  constructor(
    name: string,
    log: CheckpointLog,
    { threads = new FileThreads(), startTimer = systemTimer }: PlaceOptions = {},
  ) {
    this.name = name
    this.#log = log
    this.#threads = threads
    this.#startTimer = startTimer
  }

  get isHanging(): boolean {
    return this.#isHanging
  }

  async findLast(): Promise<Checkpoint | undefined> {
    try {
      this.#last = await this.ask(() => this.#log.findLast())
    } catch (error) {
      if (!(error instanceof PlaceHangsError) || this.#last === undefined) throw error
    }
    return this.#last
  }

  async append(checkpoint: Checkpoint): Promise<void> {
    this.#last = checkpoint
    await this.ask((signal) => this.#log.append(checkpoint, signal))
  }

  /** Whatever else is done in this place. The signal fires when nobody waits for it any more. */
  async ask<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    if (this.#isBusy) throw new PlaceHangsError(this.name)
    this.#isBusy = true
    const deadline = openDeadline({ clock: systemClock, startTimer: this.#startTimer }, PATIENCE_MS)
    const { signal } = deadline
    const late = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => {
        this.#isHanging = true
        reject(new PlaceHangsError(this.name))
      }
      signal.addEventListener('abort', giveUp, { once: true })
    })
    const done = this.#threads
      .run(() => work(signal), signal)
      .finally(() => {
        deadline.end()
        this.#isBusy = false
        this.#isHanging = false
      })
    return Promise.race([late, done])
  }
}
