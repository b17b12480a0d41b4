import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { openTestStores } from '../../test/integration/store/open-test-stores.ts'
import type { TestStores } from '../../test/integration/store/open-test-stores.ts'
import type { POISONS } from '../../test/integration/poison/poison.ts'
import type { PoisonConfig } from '../../test/integration/poison/worker-program.ts'
import { createTestDatabase } from '../../test/support/postgres.ts'

export type PoisonKind = (typeof POISONS)[number]

export interface PoisonOutcome {
  readonly others: number
  readonly done: number
  readonly doneTwice: number
  /** Until the last of the others was done, by the clock of the database; until it was given up where some never were. */
  readonly seconds: number
  readonly p99: number
  readonly begun: number
  readonly isSetAside: boolean
  readonly deaths: number
  /** Of jobs that came after all the others, when the poison had been begun three times: how many were done. */
  readonly later: number
}

export interface PoisonWorld {
  /** The poison first, then the others, in one transaction; and a few more when all that is over. */
  play(kind: PoisonKind | null): Promise<PoisonOutcome>
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('../../test/integration/poison/worker-program.ts', import.meta.url))
const OTHERS = 1_000
export const LATER = 12
/** Twice as long as a worker of the product may stand still until its work is taken from it and it is started again. */
const LATER_WITHIN_MS = 120_000
const WORKERS = 3
/** As long as a job that asks a vendor something; with four at once in each worker. */
const JOB_MS = 600
const GIVE_UP_MS = 600_000
const NOTHING = { done: 0, twice: 0, seconds: 0, p99: 0, begun: 0 }

/** Three workers on a database of their own, with the deadlines of the product; each is started again when it ends. */
export async function openPoisonWorld(config: Pick<PoisonConfig, 'loopLimitMs'>): Promise<PoisonWorld> {
  const database = await createTestDatabase()
  const owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
  const user = new URL(database.url).username
  for (const table of ['begun', 'done']) {
    await owner.query(
      `CREATE TABLE ${table} (job text NOT NULL, at timestamptz DEFAULT clock_timestamp()); GRANT ALL ON ${table} TO "${user}"`,
    )
  }
  const stores = await openTestStores(database.url)
  const workers = startWorkers({ ...config, url: database.url, jobMs: JOB_MS })
  return {
    play: async (kind) => {
      await workers.ready
      const since = await enqueue(stores, owner, kind, OTHERS)
      await until(GIVE_UP_MS, async () => (await countOf(owner, 'done')) >= OTHERS)
      if (kind === null) return outcomeOf(stores, owner, since, workers.deaths())
      await until(GIVE_UP_MS, async () => (await countOf(owner, 'begun', 'poison')) >= 3)
      const outcome = await outcomeOf(stores, owner, since, workers.deaths())
      await enqueue(stores, owner, null, LATER, 'later')
      await until(LATER_WITHIN_MS, async () => (await countOf(owner, 'done')) >= OTHERS + LATER)
      const later = (await countOf(owner, 'done')) - OTHERS
      const isParked = async () => (await stores.jobs.listDead()).length > 0
      // A worker that is dead for the third time is noticed by its missing heartbeat.
      if (later === LATER) await until(LATER_WITHIN_MS, isParked)
      return { ...outcome, deaths: workers.deaths(), isSetAside: await isParked(), later }
    },
    close: async () => {
      await workers.close()
      await stores.close()
      await owner.end()
      await database.drop()
    },
  }
}

function startWorkers(config: PoisonConfig) {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  let [isOver, deaths] = [false, 0]
  const alive = new Map<ChildProcess, Promise<void>>()
  const start = (): Promise<void> => {
    const child = fork(PROGRAM, [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...env, COUNTERSIGN_TEST_WORKER: JSON.stringify(config) },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    alive.set(child, ended)
    void ended.then(() => {
      alive.delete(child)
      if (isOver) return
      deaths += 1
      void start()
    })
    return new Promise((resolve) => child.once('message', () => resolve()))
  }
  return {
    ready: Promise.all(Array.from({ length: WORKERS }, start)),
    deaths: () => deaths,
    close: async () => {
      isOver = true
      for (const child of alive.keys()) child.kill('SIGKILL')
      await Promise.all(alive.values())
    },
  }
}

async function enqueue(
  stores: TestStores,
  owner: Client,
  kind: PoisonKind | null,
  count: number,
  name = 'job',
): Promise<Date> {
  await stores.unitOfWork.run(async ({ jobs }) => {
    if (kind !== null) await jobs.enqueue('incident.refresh', { job: 'poison', poison: kind })
    for (let number = 0; number < count; number += 1) {
      await jobs.enqueue('incident.refresh', { job: `${name}-${String(number)}` })
    }
  })
  const { rows } = await owner.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  return rows[0]?.now ?? new Date()
}

async function until(patienceMs: number, holds: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < patienceMs && !(await holds())) await delay(200)
}

/** Different jobs; of one job how often. */
async function countOf(owner: Client, table: 'begun' | 'done', job?: string): Promise<number> {
  const { rows } = await owner.query<{ jobs: number; times: number }>(
    `SELECT count(DISTINCT job)::int AS jobs, count(*) FILTER (WHERE job = $1)::int AS times FROM ${table}`,
    [job ?? ''],
  )
  return (job === undefined ? rows[0]?.jobs : rows[0]?.times) ?? 0
}

async function outcomeOf(stores: TestStores, owner: Client, since: Date, deaths: number): Promise<PoisonOutcome> {
  const { rows } = await owner.query<{ done: number; twice: number; seconds: number; p99: number; begun: number }>(
    `WITH each AS (SELECT job, count(*) AS times, extract(epoch FROM max(at) - $1) AS after FROM done GROUP BY job)
     SELECT count(*)::int AS done, count(*) FILTER (WHERE times > 1)::int AS twice, max(after)::float8 AS seconds,
            (percentile_disc(0.99) WITHIN GROUP (ORDER BY after))::float8 AS p99,
            (SELECT count(*)::int FROM begun WHERE job = 'poison') AS begun
       FROM each`,
    [since],
  )
  const [{ done, twice, seconds, p99, begun } = NOTHING] = rows
  const isSetAside = (await stores.jobs.listDead()).length > 0
  return { others: OTHERS, done, doneTwice: twice, seconds, p99, begun, isSetAside, deaths, later: 0 }
}
