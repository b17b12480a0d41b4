import { fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pickFrom } from '../../test/support/random.ts'
import { WORKER_VARIABLE, WorkerMessage } from './chaos-config.ts'
import type { Place, WorkerOptions } from './chaos-config.ts'

export interface Worker {
  readonly replicaId: string
  readonly child: ChildProcess
  readonly exited: Promise<void>
  isReady: boolean
  isTaken: boolean
  diesAt: Place | null
}

const SCRIPT = fileURLToPath(new URL('worker.ts', import.meta.url))

/** What `npm start -- --role worker` sets (`src/main.ts`). */
const AS_A_WORKER = ['--v8-pool-size=1', '--semi-space-growth-factor=1', '--wasm-tier-up-filter=0']

/** The replicas: each is replaced by a new one as soon as it is dead, until the pool is closed. */
export class WorkerPool {
  readonly #config: WorkerOptions
  readonly #workers: Worker[] = []
  readonly #log: number
  #count = 0
  #isClosed = false

  constructor(config: WorkerOptions, size: number) {
    this.#config = config
    this.#log = openSync(config.logFile, 'a')
    for (let index = 0; index < size; index += 1) this.#workers.push(this.#start())
  }

  get ready(): readonly Worker[] {
    return this.#workers.filter((worker) => worker.isReady)
  }

  /** For one who is going to kill it: nobody else gets it. */
  take(random: () => number): Worker | undefined {
    const free = this.ready.filter(({ isTaken }) => !isTaken)
    if (free.length === 0) return undefined
    const worker = pickFrom(random, free)
    worker.isTaken = true
    return worker
  }

  async waitUntilReady(): Promise<void> {
    while (this.ready.length < this.#workers.length) await delay(20)
  }

  /** Dead, for certain. */
  async kill(worker: Worker): Promise<void> {
    worker.child.kill('SIGKILL')
    await worker.exited
  }

  /** At which of the places it died; null when it came by none of them in time, and then it lives on. */
  async dieAt(worker: Worker, places: readonly Place[], withinMs: number): Promise<Place | null> {
    worker.child.send({ places })
    const late = new AbortController()
    const passed = delay(withinMs, undefined, { signal: late.signal }).catch(() => undefined)
    await Promise.race([worker.exited, passed])
    late.abort()
    return worker.diesAt
  }

  /** SIGSTOP, and SIGCONT later; a worker that is killed meanwhile stays dead. */
  async pause(worker: Worker, forMs: number): Promise<void> {
    worker.child.kill('SIGSTOP')
    await delay(forMs)
    worker.child.kill('SIGCONT')
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.all(this.#workers.map((worker) => this.kill(worker)))
    closeSync(this.#log)
  }

  #start(): Worker {
    this.#count += 1
    const replicaId = `chaos-${String(this.#count)}`
    const { NODE_OPTIONS: _unused, ...env } = process.env
    const more = (process.env['BENCH_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
    const child = fork(SCRIPT, [], {
      execArgv: [...AS_A_WORKER, ...more, '--disable-warning=ExperimentalWarning'],
      env: {
        ...env,
        ...(this.#config.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: this.#config.compileCache }),
        [WORKER_VARIABLE]: JSON.stringify({ ...this.#config, replicaId }),
      },
      // One that starts while the primary is away dies of that, which is news for the log alone.
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
    })
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const worker: Worker = { replicaId, child, exited, isReady: false, isTaken: false, diesAt: null }
    child.on('message', (message) => {
      const said = WorkerMessage.parse(message)
      if (said === 'ready') worker.isReady = true
      else worker.diesAt = said.diesAt
    })
    // A worker that is told something while it dies closes the channel; that is no news.
    child.on('error', () => undefined)
    void exited.then(() => {
      if (!this.#isClosed) this.#workers.splice(this.#workers.indexOf(worker), 1, this.#start())
    })
    return worker
  }
}
