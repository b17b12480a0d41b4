import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WORKER_VARIABLE } from './chaos-config.ts'
import type { DieOrder, WorkerOptions } from './chaos-config.ts'

interface Worker {
  readonly replicaId: string
  readonly child: ChildProcess
  readonly exited: Promise<void>
  isReady: boolean
}

const SCRIPT = fileURLToPath(new URL('worker.ts', import.meta.url))

/** The replicas: each is replaced by a new one as soon as it is dead, until the pool is closed. */
export class WorkerPool {
  readonly #config: WorkerOptions
  readonly #workers: Worker[] = []
  #count = 0
  #isClosed = false

  constructor(config: WorkerOptions, size: number) {
    this.#config = config
    for (let index = 0; index < size; index += 1) this.#workers.push(this.#start())
  }

  get ready(): readonly Worker[] {
    return this.#workers.filter((worker) => worker.isReady)
  }

  async waitUntilReady(): Promise<void> {
    while (this.ready.length < this.#workers.length) await delay(20)
  }

  /** Dead, for certain. */
  async kill(worker: Worker): Promise<void> {
    worker.child.kill('SIGKILL')
    await worker.exited
  }

  /** True when it died there; false when it never came by, and then it lives on. */
  async dieAt(worker: Worker, order: DieOrder, withinMs: number): Promise<boolean> {
    worker.child.send(order)
    const late = new AbortController()
    const passed = delay(withinMs, 'late', { signal: late.signal }).catch(() => 'stopped')
    const outcome = await Promise.race([worker.exited.then(() => 'died'), passed])
    late.abort()
    return outcome === 'died'
  }

  /** SIGSTOP, and SIGCONT later; a worker that is killed meanwhile stays dead. */
  async pause(worker: Worker, forMs: number): Promise<void> {
    worker.child.kill('SIGSTOP')
    await delay(forMs)
    worker.child.kill('SIGCONT')
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#workers.map((worker) => this.kill(worker)))
  }

  #start(): Worker {
    this.#count += 1
    const replicaId = `chaos-${String(this.#count)}`
    const { NODE_OPTIONS: _unused, ...env } = process.env
    const child = fork(SCRIPT, [], {
      execArgv: [...(process.env['BENCH_FLAGS']?.split(' ') ?? []), '--disable-warning=ExperimentalWarning'],
      env: { ...env, [WORKER_VARIABLE]: JSON.stringify({ ...this.#config, replicaId }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const worker: Worker = { replicaId, child, exited, isReady: false }
    child.once('message', () => {
      worker.isReady = true
    })
    // A worker that is told something while it dies closes the channel; that is no news.
    child.on('error', () => undefined)
    void exited.then(() => {
      if (!this.#isClosed) this.#workers.splice(this.#workers.indexOf(worker), 1, this.#start())
    })
    return worker
  }
}
