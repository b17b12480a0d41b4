import type { Pool, QueryResult } from 'pg'
import { PgBoss } from 'pg-boss'
import type { RandomBytes } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Logger } from '../kernel/logger.ts'
import type { DeadJob, JobHandler, JobName, JobQueue, JobWorkers } from '../ports/job-queue.ts'
import type { Database } from './database.ts'
import { watchDueJobs } from './due-jobs.ts'
import { createJobQueue } from './job-queue.ts'
import { JobGate } from './job-gate.ts'
import { BEGUN_KEY, TRIES, countTry, endTries } from './job-tries.ts'
import { createWaker } from './worker-waker.ts'
import type { Waker } from './worker-waker.ts'
import { DEAD_JOBS, ensureQueues } from './job-queues.ts'
import { JOB_SCHEMA } from './job-schema.ts'
import type { Signals } from '../ports/signals.ts'

/**
 * Durable jobs on pg-boss. They are enqueued in the caller's transaction, and the workers are woken as soon as it has
 * committed, so that nobody polls for the common case. A job that was to wait, or waits for its next try, or whose
 * wake-up got lost, is noticed by one small query a second per process, and by the workers' own slow polling.
 *
 * pg-boss: created → active → completed, or → retry → active …, after the third failure → failed, with a copy in
 * `dead-jobs`. A worker that dies stops its heartbeat, and its job goes to `retry` like one that threw. What is tried
 * again works alone, so that a job that ends its process takes no other with it more than once (`JobGate`).
 */
export interface JobsOptions {
  readonly pool: Pool
  readonly signals: Signals
  readonly log: Logger
  readonly randomBytes: RandomBytes
  /** Default true: this process also looks after timeouts, retries and old jobs. */
  readonly supervises?: boolean
  /** Between two looks for jobs of dead workers; default 10 s. */
  readonly superviseSeconds?: number
  /** How long running handlers may go on when closing; default 10 s. */
  readonly closeTimeoutMs?: number
  /** Only tests of two builds side by side pass another list than this build's own. */
  readonly kinds?: readonly string[]
}

export interface Jobs {
  /** The queue bound to a transaction or to the pool. */
  queueOf(db: Database): JobQueue
  readonly workers: JobWorkers
  /** Jobs that failed three times, oldest first: someone must look at them. */
  listDead(): Promise<readonly DeadJob[]>
  /** Tried again as new ones; which of the ids there were. */
  retryDead(ids: readonly string[]): Promise<readonly DeadJob[]>
  close(): Promise<void>
}

/** Not woken in this time, a worker looks by itself. */
const BACKSTOP_POLL_SECONDS = 30
/** The search for a cause begins when the card of its incident has left: nobody should wait for the card because of it. */
const AFTER_THE_CARD: JobName = 'incident.refresh'
const AFTER_THE_CARD_MS = 15
/** Held for minutes while its run waits; what it does to its replicas is counted with the run (`runs.crashes`). */
const LONG_JOB: JobName = 'run.advance'
const CLOSE_TIMEOUT_MS = 10_000
const SUPERVISE_SECONDS = 10

export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const wakers = new Map<string, Waker>()
  const wakeOne = (queue: string): void => {
    wakers.get(queue)?.wakeOne()
  }
  const boss = createBoss(options)
  // One worker for one job: all of them would ask, and all but one in vain. After a lost connection all look.
  const stopListening = options.signals.listen('jobs', (queue) => {
    if (queue === '') for (const waker of wakers.values()) waker.wakeAll()
    else if (queue === AFTER_THE_CARD) setTimeout(wakeOne, AFTER_THE_CARD_MS, queue).unref()
    else wakeOne(queue)
  })
  boss.on('error', (error) => {
    options.log.warn({ err: error }, 'the job engine had to try again')
  })
  boss.on('warning', (warning) => {
    options.log.warn({ warning }, 'the job engine warns')
  })
  await boss.start()
  await ensureQueues(boss, options.kinds)
  const gate = new JobGate()
  const due = watchDueJobs(options.pool, options.log, (queue) => {
    wakers.get(queue)?.wakeAll()
  })
  const close = closeOnce(async () => {
    stopListening()
    due.close()
    await boss.stop({ graceful: true, close: false, timeout: options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS })
  })
  return {
    queueOf: (db) => createJobQueue(boss, db, options.randomBytes),
    workers: {
      work: async (name, concurrency, handler) => {
        const waker = wakers.get(name) ?? createWaker((id) => boss.notifyWorker(id))
        wakers.set(name, waker)
        await startWorkers(boss, options, { name, concurrency, handler, waker, gate: name === LONG_JOB ? null : gate })
      },
      close,
    },
    listDead: () => listDead(boss),
    retryDead: (ids) => retryDead(boss, ids),
    close,
  }
}

function createBoss({ pool, supervises = true, superviseSeconds = SUPERVISE_SECONDS }: JobsOptions): PgBoss {
  return new PgBoss({
    db: {
      executeSql: (text, values) => execute(pool, text, values),
    },
    schema: JOB_SCHEMA,
    createSchema: false,
    schedule: false,
    supervise: supervises,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  })
}

/**
 * The engine sends whole transactions as one text. When one fails, the connection is left within it, so it is not
 * used again.
 */
async function execute(pool: Pool, text: string, values?: unknown[]): Promise<QueryResult> {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await client.query(text, values)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

interface Work {
  readonly name: JobName
  readonly concurrency: number
  readonly handler: JobHandler
  readonly waker: Waker
  /** null: never alone. */
  readonly gate: JobGate | null
}

/** One engine worker per slot, each known by its id: only so can each be woken. */
async function startWorkers(boss: PgBoss, { pool, log }: JobsOptions, work: Work): Promise<void> {
  for (let started = 0; started < work.concurrency; started += 1) {
    const slot = work.waker.addWorker()
    const handle = async ([job]: readonly HandedOut[]): Promise<void> => {
      if (job === undefined) return
      slot.begin()
      try {
        await tryJob(pool, log, work, job)
      } finally {
        slot.end()
      }
    }
    const id = await boss.work<JsonObject>(
      work.name,
      {
        includeMetadata: true,
        pollingIntervalSeconds: BACKSTOP_POLL_SECONDS,
      },
      handle,
    )
    slot.isNow(id)
  }
}

interface HandedOut {
  readonly id: string
  readonly data: JsonObject
  readonly signal: AbortSignal
  readonly retryCount: number
}

async function tryJob(pool: Pool, log: Logger, { name, handler, gate }: Work, job: HandedOut): Promise<void> {
  const isSuspect = job.retryCount > 0
  const leave = await gate?.enter(isSuspect, job.signal)
  let number = 1
  try {
    if (isSuspect) number = await countTry(pool, name, job.id)
    if (number > TRIES) throw new Error(`It ended the process that worked on it ${String(TRIES)} times.`)
    await handler(job.data, job.signal)
  } catch (error) {
    const isLast = number >= TRIES
    if (isLast) await endTries(pool, name, job.id)
    const said = isLast ? 'a job failed and is given up' : 'a job failed and is tried again'
    log.warn({ err: error, job: name, data: job.data }, said)
    throw error
  } finally {
    leave?.()
  }
}

async function listDead(boss: PgBoss): Promise<readonly DeadJob[]> {
  const jobs = await boss.findJobs<JsonObject>(DEAD_JOBS, { queued: true })
  return jobs
    .map((job) => ({
      id: job.id,
      queue: job.sourceName,
      data: job.data,
      failure: JSON.stringify(job.sourceOutput),
      since: job.createdOn,
    }))
    .sort((left, right) => left.since.getTime() - right.since.getTime())
}

/** Also those of a newer build's queues: whoever works on them does them. A queue that is no more keeps its dead ones. */
async function retryDead(boss: PgBoss, ids: readonly string[]): Promise<readonly DeadJob[]> {
  const queues = new Set((await boss.getQueues()).map(({ name }) => name))
  const chosen: DeadJob[] = []
  for (const job of await listDead(boss)) {
    const { id, queue, data } = job
    if (!ids.includes(id) || queue === null || !queues.has(queue)) continue
    const { [BEGUN_KEY]: _begun, ...own } = data
    // A job without a waiting one of the same key; one that waits anew already says the same.
    await boss.send(queue, own, { singletonKey: id })
    await boss.deleteJob(DEAD_JOBS, id)
    chosen.push(job)
  }
  return chosen
}

function closeOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}
