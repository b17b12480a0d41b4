import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { openSignals } from '../../src/store/signals.ts'
import { createCountingActions } from '../../test/fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import { openReplica } from '../../test/fakes/counting-target/replica.ts'
import type { Replica } from '../../test/fakes/counting-target/replica.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import { TIMES } from './chaos-config.ts'
import type { ChaosOptions } from './chaos-config.ts'
import { approveNext, invisibleStepsOf, misbehave, stepsOf } from './chaos-work.ts'
import { judge } from './judge.ts'
import type { Verdict } from './judge.ts'
import { killWorkers } from './kill-workers.ts'
import { createRandom } from '../../test/support/random.ts'
import { settleUnknown } from './settle-unknown.ts'
import { WorkerPool } from './worker-pool.ts'

export interface Scenario {
  readonly name: string
  readonly reconciles: boolean
  readonly options: ChaosOptions
}

/** Runs of which work is in progress at the same time: enough that every kill meets some. */
const ACTIVE = 12
/** The negative control is small, so it loses more, and shows what it is to show whatever the seed. */
const CONTROL_LOSSES = 2.5
const ENDS_WITHIN_MS = 120_000

/** Approves runs, kills replicas while they work, lets the rest finish, asks a person where the product does, and judges. */
export async function playScenario(
  database: ChaosDatabase,
  { name, reconciles, options }: Scenario,
  print: (line: string) => void,
): Promise<Verdict> {
  const target = new CountingTarget()
  await target.open()
  const lostAnswers = misbehave(target, createRandom(options.seed + 1), reconciles ? 1 : CONTROL_LOSSES)
  const owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
  const replica = await openBench(database, target)
  const pool = new WorkerPool(
    { ...TIMES, databaseUrl: database.url, targetUrl: target.url, reconciles, logFile: database.logFile },
    options.replicas,
  )
  try {
    await pool.waitUntilReady()
    print(`${name}: ${String(options.replicas)} replicas are up`)
    const killing = { isOver: false }
    const kills = killWorkers({
      pool,
      owner,
      random: createRandom(options.seed + 2),
      kills: options.kills,
      onKill: ({ total, between }) => {
        if (total % 10 === 0) print(`${name}: ${String(total)} kills, ${String(between)} of them after an intent`)
      },
    }).finally(() => {
      killing.isOver = true
    })
    const keys = await approveWork(replica, owner, options, reconciles, () => killing.isOver)
    const counts = await kills
    print(`${name}: all is approved and all kills are done`)
    await waitForEnd(owner)
    print(`${name}: what can end by itself has ended`)
    const asked = await settleUnknown(replica.deps, owner, target)
    await waitForEnd(owner)
    return await judge({ owner, target, keys, counts, asked, lostAnswers: lostAnswers() })
  } finally {
    await pool.close()
    await replica.close()
    await owner.end()
    await target.close()
  }
}

/** What approves and settles: the web side of the product, which is not killed here. */
async function openBench(database: ChaosDatabase, target: CountingTarget): Promise<Replica> {
  const jobPool = await openDatabase({ url: database.url, applicationName: 'chaos-bench-jobs', maxConnections: 3 })
  const signals = await openSignals({ url: database.url, log: silentLogger })
  const jobs = await openJobs({ pool: jobPool.pool, signals, log: silentLogger, randomBytes, supervises: false })
  const replica = await openReplica({
    url: database.url,
    replicaId: 'chaos-bench',
    actions: createCountingActions(target.url),
    queueOf: (db) => jobs.queueOf(db),
    maxConnections: 4,
  })
  return {
    deps: replica.deps,
    close: async () => {
      await jobs.close()
      await signals.close()
      await jobPool.close()
      await replica.close()
    },
  }
}

/** Keeps some runs in progress until there were enough of them and all kills are done. */
async function approveWork(
  replica: Replica,
  owner: Client,
  options: ChaosOptions,
  reconciles: boolean,
  isKillingOver: () => boolean,
): Promise<readonly string[]> {
  const random = createRandom(options.seed)
  const keys: string[] = []
  for (let index = 0; index < options.runs || keys.length < options.steps || !isKillingOver(); index += 1) {
    while ((await countActive(owner)) >= ACTIVE) await delay(20)
    const place = reconciles ? index : 1_000_000 + index
    const steps = reconciles ? stepsOf(random, place) : invisibleStepsOf(random, place)
    const approved = await approveNext(replica.deps.unitOfWork, steps)
    keys.push(...approved.keys)
  }
  return keys
}

async function waitForEnd(owner: Client): Promise<void> {
  const deadline = performance.now() + ENDS_WITHIN_MS
  while ((await countActive(owner)) > 0) {
    if (performance.now() > deadline) return
    await delay(50)
  }
}

/** Neither ended nor handed over to a person. */
async function countActive(owner: Client): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs
      WHERE state IN ('queued', 'running', 'waiting') OR (state = 'unknown' AND lease_owner IS NOT NULL)`,
  )
  return rows[0]?.count ?? 0
}
