import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { findStandstills } from '../../../src/orchestrator/lookout/find-standstills.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { openTestStores } from '../store/open-test-stores.ts'
import type { TestStores } from '../store/open-test-stores.ts'
import { QUICK_START } from '../../support/compile-cache.ts'
import { POISONS } from './poison.ts'
import type { PoisonConfig } from './worker-program.ts'

const PROGRAM = fileURLToPath(new URL('worker-program.ts', import.meta.url))
const OTHERS = 1_000
const GIVE_UP_MS = 150_000

let database: TestDatabase
let owner: Client
let replica: TestStores
let worker: ChildProcess | undefined
let isOver = false
let deaths = 0
beforeEach(async () => {
  database = await createTestDatabase()
  owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
  const user = new URL(database.url).username
  for (const table of ['begun', 'done']) {
    await owner.query(`CREATE TABLE ${table} (job text NOT NULL); GRANT ALL ON ${table} TO "${user}"`)
  }
  replica = await openTestStores(database.url, { superviseSeconds: 1 })
  isOver = false
  deaths = 0
})
afterEach(async () => {
  isOver = true
  worker?.kill('SIGKILL')
  await replica.close()
  await owner.end()
  await database.drop()
})

describe('a job that ends its worker', () => {
  it.each(POISONS)(
    `by %s is tried three times and set aside, and ${String(OTHERS)} others are done once each`,
    async (kind) => {
      await enqueue(kind)
      // Else it has five minutes.
      if (kind === 'hang') await owner.query(`UPDATE pgboss.job SET expire_seconds = 5 WHERE data ->> 'job' = 'poison'`)
      startWorker(kind === 'loop' ? { loopLimitMs: 3_000 } : {})

      await eventually('the poison job is among the dead', async () => (await replica.jobs.listDead()).length > 0)
      await eventually('the others are done', async () => (await countDone()) >= OTHERS)

      expect(await countBegun()).toBe(3)
      expect(new Set(await rowsOf('done')).size).toBe(OTHERS)
      const dead = await replica.jobs.listDead()
      expect(dead).toMatchObject([{ queue: 'incident.refresh', data: { job: 'poison' } }])
      expect(deaths).toBe(kind === 'kill' || kind === 'loop' ? 3 : 0)
      expect(await pagedNow()).toEqual([expect.stringContaining('incident.refresh is given up after three tries')])
    },
    240_000,
  )
})

it('whose loop nobody watches keeps its worker for ever, and the others wait (the twin)', async () => {
  await enqueue('loop')
  startWorker({ loopLimitMs: null })
  await eventually('it is begun', async () => (await countBegun()) > 0)

  await eventually('the engine has taken it back, for whoever is left', async () => {
    await owner.query(`UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 minute' WHERE state = 'active'`)
    return (await stateOfPoison()) === 'retry'
  })

  expect(await countDone()).toBeLessThan(OTHERS)
  expect(await countBegun()).toBe(1)
  expect(await pagedNow()).toEqual([])
  expect(deaths).toBe(0)
}, 240_000)

it('without its count it is tried for ever (the twin)', async () => {
  await enqueue('kill', 20)
  startWorker()

  await eventually('it is begun a fifth time', async () => {
    await owner.query(`UPDATE pgboss.job SET data = data - 'begunAsSuspect'`)
    return (await countBegun()) > 4
  })

  expect(await replica.jobs.listDead()).toEqual([])
}, 240_000)

it('one that is mended is tried again as new when somebody says so', async () => {
  await enqueue('throw', 0)
  startWorker()
  await eventually('it is among the dead', async () => (await replica.jobs.listDead()).length > 0)
  const [dead] = await replica.jobs.listDead()

  expect(await replica.jobs.retryDead([dead!.id])).toHaveLength(1)

  await eventually('it is begun anew', async () => (await rowsOf('begun')).length > 3)
  expect((await replica.jobs.listDead()).map(({ id }) => id)).not.toContain(dead!.id)
})

async function enqueue(kind: string, others = OTHERS): Promise<void> {
  await replica.unitOfWork.run(async (stores) => {
    await stores.jobs.enqueue('incident.refresh', { job: 'poison', poison: kind })
    for (let number = 0; number < others; number += 1) {
      await stores.jobs.enqueue('incident.refresh', { job: `job-${String(number)}` })
    }
  })
}

/** As a service manager does: whenever it ends, it is started again. */
function startWorker(config: Omit<PoisonConfig, 'url'> = {}): void {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  worker = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_WORKER: JSON.stringify({ ...config, url: database.url }) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  worker.once('exit', () => {
    if (isOver) return
    deaths += 1
    startWorker(config)
  })
}

/** What the lookout's next pass would tell the pager. */
async function pagedNow(): Promise<readonly string[]> {
  const { standstills } = replica.stores
  const logDelay = () => Promise.resolve({ lagSeconds: 0, uncoveredSeconds: 0 })
  const found = await findStandstills({ standstills, logDelay, listDeadJobs: () => replica.jobs.listDead() })
  return found.filter(({ kind }) => kind === 'job').map(({ text }) => text)
}

async function stateOfPoison(): Promise<string | undefined> {
  const { rows } = await owner.query<{ state: string }>(
    `SELECT state FROM pgboss.job WHERE name = 'incident.refresh' AND data ->> 'job' = 'poison'`,
  )
  return rows[0]?.state
}

/** Asked again and again, so counted where the rows are. */
async function countDone(): Promise<number> {
  return (await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM done')).rows[0]?.count ?? 0
}

/** How often the poison job was begun; likewise. */
async function countBegun(): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(`SELECT count(*)::int AS count FROM begun WHERE job = 'poison'`)
  return rows[0]?.count ?? 0
}

async function rowsOf(table: 'begun' | 'done'): Promise<readonly string[]> {
  return (await owner.query<{ job: string }>(`SELECT job FROM ${table}`)).rows.map(({ job }) => job)
}

/**
 * Time passes on the clock of the database meanwhile: a heartbeat that a dead worker left is late at once, what is to be
 * tried again is due, and the engine's own looks come as often as asked for.
 */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const startedAtMs = performance.now()
  while (!(await holds())) {
    if (performance.now() - startedAtMs > GIVE_UP_MS) throw new Error(`Waited in vain for: ${what}`)
    // The engine writes the same rows meanwhile, several at once: what it holds is left to the next look.
    await owner.query(
      `UPDATE pgboss.job SET start_after = clock_timestamp() WHERE (name, id) IN (
         SELECT name, id FROM pgboss.job WHERE state = 'retry' AND start_after > clock_timestamp()
         FOR UPDATE SKIP LOCKED)`,
    )
    await owner.query(
      `UPDATE pgboss.queue SET monitor_claim_on = NULL, monitor_on = NULL WHERE name = 'incident.refresh'`,
    )
    await owner.query(
      `UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 minute' WHERE (name, id) IN (
         SELECT name, id FROM pgboss.job
         WHERE state = 'active' AND started_on < clock_timestamp() - interval '3 seconds'
           AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'poison-worker' AND backend_start < started_on)
         FOR UPDATE SKIP LOCKED)`,
    )
    await delay(50)
  }
}
