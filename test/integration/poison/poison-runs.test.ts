import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { QUICK_START } from '../../support/compile-cache.ts'
import { find, openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'
import type { RunsConfig } from './runs-program.ts'

const PROGRAM = fileURLToPath(new URL('runs-program.ts', import.meta.url))
const OTHERS = 3
const PATIENCE_MS = 120_000

let world: World
let owner: Client
let worker: ChildProcess | undefined
let isOver = false
let deaths = 0
beforeEach(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  isOver = false
  deaths = 0
})
afterEach(async () => {
  isOver = true
  if (worker?.exitCode === null && worker.signalCode === null) {
    const gone = new Promise((resolve) => worker?.once('exit', resolve))
    worker.kill('SIGKILL')
    await gone
  }
  await owner.end()
  await world.close()
})

interface Poisoned {
  readonly isGated: boolean
  readonly isLate?: boolean
  readonly knowsHowLong?: boolean
}

describe('a run that takes its process down with it, beside runs that wait for their targets', () => {
  it('is set aside by itself, and the others go on', async () => {
    const { replica, poison, others } = await startAll({ isGated: true })

    await endsWithout(poison, others)

    expect(await parked()).toEqual([poison])
    expect(deaths).toBe(3)
    expect(await find(replica, poison)).toMatchObject({ state: 'unknown', leaseOwner: null })
  }, 240_000)

  it('takes them with it where nobody is tried alone (the twin)', async () => {
    const { poison, others } = await startAll({ isGated: false })

    await waitUntil('all are set aside', async () => (await parked()).length > OTHERS, PATIENCE_MS)

    expect(await parked()).toEqual([poison, ...others].sort())
  }, 240_000)
})

describe('a run that takes its process down with it long after it was taken up', () => {
  it('is set aside by itself, and the others go on', async () => {
    const { poison, others } = await startAll({ isGated: true, isLate: true })

    await endsWithout(poison, others)

    expect(await parked()).toEqual([poison])
    expect(deaths).toBe(3)
  }, 240_000)

  it('takes those beside it with it where it is alone for ten seconds only (the twin)', async () => {
    const { poison, others } = await startAll({ isGated: true, isLate: true, knowsHowLong: false })

    await waitUntil('all are set aside', async () => (await parked()).length > OTHERS, PATIENCE_MS)

    expect(await parked()).toEqual([poison, ...others].sort())
  }, 240_000)
})

async function startAll({ isGated, isLate = false, knowsHowLong = true }: Poisoned) {
  world.target.pollsUntilDone = Number.POSITIVE_INFINITY
  const replica = await world.replica()
  const approve = async (resource: string) => {
    const step = { id: 'move', uses: 'argocd/sync', resource, with: { slow: true }, timeoutMs: 600_000 } as const
    return (await approveRun(replica.deps.unitOfWork, [step])).run.id
  }
  const poison = await approve('poison')
  const others: string[] = []
  for (let number = 0; number < OTHERS; number += 1) others.push(await approve(`beside-${String(number)}`))
  const { url: databaseUrl } = world.database
  startWorker({
    databaseUrl,
    targetUrl: world.target.url,
    replicaId: 'first',
    poisonRunId: poison,
    others: OTHERS,
    isGated,
    isLate,
    knowsHowLong,
  })
  return { replica, poison, others }
}

/** As a service manager does. */
function startWorker(config: RunsConfig): void {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  worker = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_WORKER: JSON.stringify(config) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  worker.once('exit', () => {
    if (isOver) return
    deaths += 1
    void endLeasesOf(config).then(() => {
      if (!isOver) startWorker({ ...config, replicaId: `after-${String(deaths)}` })
    })
  })
}

/** What a dead one held is over at once, by the clock of the database; also what it asked for just before, and still gets. */
async function endLeasesOf({ replicaId, isLate }: RunsConfig): Promise<void> {
  await owner.query('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = $1', [
    replicaId,
  ])
  // What comes late has taken minutes until then.
  await owner.query(
    `UPDATE runs SET lease_until = clock_timestamp() - interval '1 second',
                     claimed_at = claimed_at - make_interval(mins => $2) WHERE lease_owner = $1`,
    [replicaId, isLate ? 2 : 0],
  )
}

/** The poison is set aside, and then nothing keeps the others from ending. */
async function endsWithout(poison: string, others: readonly string[]): Promise<void> {
  await waitUntil('the poison is set aside', async () => (await parked()).includes(poison), PATIENCE_MS)
  world.target.pollsUntilDone = 0
  const haveEnded = async () => (await states(others)).every((one) => one === 'succeeded')
  await waitUntil('the others end', haveEnded, PATIENCE_MS)
}

async function parked(): Promise<readonly string[]> {
  const { rows } = await owner.query<{ id: string }>(
    `SELECT DISTINCT convert_from(bytes, 'UTF8')::jsonb ->> 'runId' AS id FROM audit_leaves WHERE event = 'run.parked' ORDER BY 1`,
  )
  return rows.map(({ id }) => id)
}

async function states(ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await owner.query<{ state: string }>('SELECT state FROM runs WHERE id = ANY ($1)', [ids])
  return rows.map(({ state }) => state)
}
