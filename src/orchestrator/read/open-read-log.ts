import type { Actor } from '../../domain/actor.ts'
import type { AuditRecord, SealedLeaf } from '../../domain/audit-entry.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Origin } from '../../domain/surface.ts'
import { requestFrom } from '../request-from.ts'
import type { AuditLeafStore } from '../../ports/audit-leaf-store.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

export interface NotedRead {
  /** `audit.read`: the log itself. `record.read`: what is on record of incidents, runs and configuration. */
  readonly event: 'audit.read' | 'record.read'
  readonly actor: Actor
  readonly origin: Origin
  /** What was read: `audit log`, `incident INC-12`, `evidence of INC-12`. */
  readonly object: string
  readonly incidentId: string | null
  /** Of the log: the lowest and the highest number that was shown; absent where none was. */
  readonly numbers?: { readonly from: number; readonly to: number }
  /** Whoever reads from two addresses has two entries. */
  readonly sourceIp?: string
  /** Knows the request that reads, for the entry of a first read. */
  readonly seal: Seal
}

type Seal = (record: AuditRecord) => SealedLeaf

export interface ReadLogDeps {
  readonly audit: AuditLeafStore
  /** For counts, which belong to no single request. */
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry: Telemetry
}

export interface ReadLogPace {
  /** Reads of one object by one reader on one surface within this time are counted together. */
  readonly windowMs: number
  /** How often windows that are over, and writes that failed, are looked at. */
  readonly lookEveryMs: number
  /** How long a read of the log itself waits for its entry. */
  readonly patienceMs: number
  /** How long a stop waits for the last entries. */
  readonly lastPatienceMs: number
}

export interface ReadLog {
  /**
   * Takes down a read that succeeded. Returns when the entry of a first read of the log itself is written or the
   * patience is over, and at once for every other read: nobody who reads waits for longer, and no read fails here.
   */
  note(read: NotedRead): Promise<void>
  /** Writes every count that is not written yet; what is noted later is written at once. */
  close(): Promise<void>
}

const READ_PACE: ReadLogPace = {
  windowMs: 600_000,
  lookEveryMs: 1_000,
  patienceMs: 1_000,
  lastPatienceMs: 5_000,
}

/** A batch is one statement. */
const MOST_AT_ONCE = 200
/** Beyond so many windows (a database that is gone for long), further objects of a reader are counted as one. */
const MOST_WINDOWS = 20_000
const MANY_OBJECTS = 'many objects'

/**
 * Who read what, on the audit log (PCI DSS 10.2.1.3), without a write for every refreshed page. Reading stays up when
 * the log cannot be written (TRUST 1.6): what was read is kept, said aloud, and written when it can be.
 *
 * States of a window, which is one reader, surface and object:
 *   unwritten  its first read waits to be written; a write that fails leaves it here, to be tried at the next look
 *   open       the first read is on the log with count 1; further reads are counted in `reads`
 *   over       `windowMs` after its first read: what was counted meanwhile is written as one entry, then it is gone
 * unwritten → open → over. The counts of all entries of a window add up to its reads. Closing writes all that is counted,
 * whatever the state; a process that is killed loses repetitions within a window, never the first read.
 */
export function openReadLog(deps: ReadLogDeps, pace: ReadLogPace = READ_PACE): ReadLog {
  const readLog = new WindowedReadLog(deps, pace)
  readLog.start()
  return readLog
}

interface Window {
  readonly read: NotedRead
  readonly openedAtMs: number
  reads: number
  first: Date
  last: Date
  numbers: NotedRead['numbers']
  /** Its first read is not on the log yet. */
  isUnwritten: boolean
  isDue: boolean
}

class WindowedReadLog implements ReadLog {
  readonly #deps: ReadLogDeps
  readonly #pace: ReadLogPace
  readonly #windows = new Map<string, Window>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #isFailing = false
  #isStalled = false
  #isClosed = false

  constructor(deps: ReadLogDeps, pace: ReadLogPace) {
    this.#deps = deps
    this.#pace = pace
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#look()
    }, this.#pace.lookEveryMs)
    this.#timer.unref()
  }

  async note(read: NotedRead): Promise<void> {
    const window = this.#windowOf(read)
    const now = this.#deps.clock.now()
    if (window.reads === 0) window.first = now
    window.reads += 1
    window.last = now
    window.numbers = spanOf(window.numbers, read.numbers)
    if (this.#isClosed) window.isDue = true
    if (!window.isDue) return
    const written = this.#write()
    // Where the last one already waited in vain, nobody waits until a write comes to its end.
    if (read.event !== 'audit.read' || this.#isFailing || this.#isStalled) return
    this.#isStalled = !(await within(this.#pace.patienceMs, written))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    for (const window of this.#windows.values()) window.isDue = window.reads > 0
    // What is being written may leave some of it behind.
    const last = (this.#writing ?? Promise.resolve()).then(() => this.#write())
    await within(this.#pace.lastPatienceMs, last)
    const lost = [...this.#windows.values()].reduce((sum, { reads }) => sum + reads, 0)
    if (lost > 0) this.#deps.log.error({ reads: lost }, 'reads could not be put on the audit log before the stop')
  }

  #windowOf(read: NotedRead): Window {
    const isFull = this.#windows.size >= MOST_WINDOWS
    const wanted = keyOf(read)
    const noted = isFull && !this.#windows.has(wanted) ? { ...read, object: MANY_OBJECTS, incidentId: null } : read
    const key = keyOf(noted)
    const known = this.#windows.get(key)
    if (known !== undefined) return known
    const { clock } = this.#deps
    const at = clock.now()
    const window = {
      ...{ read: noted, openedAtMs: clock.monotonicMs(), reads: 0, first: at, last: at },
      ...{ numbers: undefined, isUnwritten: true, isDue: true },
    }
    this.#windows.set(key, window)
    return window
  }

  #look(): void {
    const now = this.#deps.clock.monotonicMs()
    for (const [key, window] of this.#windows) {
      if (now - window.openedAtMs < this.#pace.windowMs) continue
      if (window.reads === 0) this.#windows.delete(key)
      else window.isDue = true
    }
    void this.#write()
  }

  /** One write at a time; whoever asks meanwhile waits for that one, which goes on until nothing is due. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
      this.#isStalled = false
    })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    // What is read in the same breath is one statement.
    await Promise.resolve()
    for (let batch = this.#due(); batch.length > 0; batch = this.#due()) {
      if (!(await this.#append(batch))) return
    }
  }

  #due(): readonly Window[] {
    const due: Window[] = []
    for (const window of this.#windows.values()) {
      if (window.isDue && due.push(window) === MOST_AT_ONCE) break
    }
    return due
  }

  async #append(batch: readonly Window[]): Promise<boolean> {
    const { audit, log, telemetry } = this.#deps
    const written = batch.map(({ reads }) => reads)
    try {
      await audit.append(batch.map((window) => this.#sealOf(window)(recordOf(window))))
    } catch (error) {
      telemetry.count('audit_reads_failed', {})
      if (!this.#isFailing) {
        log.error({ err: error }, 'reads cannot be put on the audit log; they are kept and tried again')
      }
      this.#isFailing = true
      return false
    }
    this.#isFailing = false
    batch.forEach((window, index) => {
      this.#settle(window, written[index] ?? 0)
    })
    return true
  }

  #sealOf({ isUnwritten, read }: Window): Seal {
    return isUnwritten ? read.seal : this.#deps.seal
  }

  /** What was read while it was being written is counted for the next entry. */
  #settle(window: Window, written: number): void {
    window.isUnwritten = false
    window.reads -= written
    window.first = window.last
    window.numbers = window.reads === 0 ? undefined : window.numbers
    const isOver = this.#deps.clock.monotonicMs() - window.openedAtMs >= this.#pace.windowMs
    window.isDue = window.reads > 0 && (isOver || this.#isClosed)
    if (window.reads === 0 && (isOver || this.#isClosed)) this.#windows.delete(keyOf(window.read))
  }
}

function keyOf({ event, actor, origin, object, incidentId, sourceIp }: NotedRead): string {
  return JSON.stringify([event, actor.type, actor.id, origin, object, incidentId, sourceIp])
}

function recordOf({ read, reads, first, last, numbers }: Window): AuditRecord {
  const { event, actor, origin, object, incidentId, sourceIp } = read
  return {
    ...{ event, actor, origin, outcome: 'success' },
    target: { system: 'countersign', resource: object, environment: null },
    ...(incidentId === null ? {} : { incidentId }),
    ...(sourceIp === undefined ? {} : { request: requestFrom(sourceIp) }),
    details: {
      ...{ reads, first: first.toISOString(), last: last.toISOString() },
      ...(numbers === undefined ? {} : { from: numbers.from, to: numbers.to }),
    },
  }
}

function spanOf(one: NotedRead['numbers'], other: NotedRead['numbers']): NotedRead['numbers'] {
  if (one === undefined || other === undefined) return one ?? other
  return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) }
}

/** Whether it came to its end in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const isDone = await Promise.race([work.then(() => true), patience])
  clearTimeout(timer)
  return isDone
}
