import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { openSignals } from '../../src/store/signals.ts'
import { createCountingActions } from '../../test/fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import { openReplica } from '../../test/fakes/counting-target/replica.ts'
import type { Replica } from '../../test/fakes/counting-target/replica.ts'
import { openFaultProxy } from '../../test/support/fault-proxy/fault-proxy.ts'
import { createRandom } from '../../test/support/random.ts'
import { approveWork, waitForEnd } from './approve-work.ts'
import { TIMES } from './chaos-config.ts'
import type { ChaosOptions } from './chaos-config.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import { misbehave } from './chaos-work.ts'
import { disturb, spoilTarget } from './disturb.ts'
import { judge } from './judge.ts'
import type { Verdict } from './judge.ts'
import { killWorkers } from './kill-workers.ts'
import { settleUnknown } from './settle-unknown.ts'
import { verifyLog } from './verify-log.ts'
import { WorkerPool } from './worker-pool.ts'

export interface Scenario {
  readonly name: string
  readonly reconciles: boolean
  readonly options: ChaosOptions
}

/** The negative control is small, so it loses more; and it goes on until it shows what it is to show, within reason. */
const CONTROL_LOSSES = 2.5
const CONTROL_AT_MOST = 40

/** Approves runs, breaks everything while they go on, lets the rest finish, asks a person where the product does, and judges. */
export async function playScenario(
  database: ChaosDatabase,
  { name, reconciles, options }: Scenario,
  tell: (line: string) => void,
): Promise<Verdict> {
  const print = (line: string) => tell(`${name}: ${line}`)
  const target = new CountingTarget()
  await target.open()
  const lostAnswers = misbehave(target, createRandom(options.seed + 1), reconciles ? 1 : CONTROL_LOSSES)
  const network = await openFaultProxy(target.url, options.seed + 3)
  spoilTarget(network)
  const before = new Set((await database.owner.rows<{ id: string }>('SELECT id FROM runs')).map(({ id }) => id))
  const replica = await openBench(database, target)
  const { logFile, compileCache, workerUrl: databaseUrl } = database
  const config = { ...TIMES, databaseUrl, targetUrl: network.url, reconciles, logFile, compileCache }
  const pool = new WorkerPool(config, options.replicas)
  const hasShown = (steps: number) =>
    reconciles || target.doubles().length > 0 || steps > options.steps * CONTROL_AT_MOST
  try {
    await pool.waitUntilReady()
    print(`${String(options.replicas)} replicas are up`)
    const startedAt = performance.now()
    const { acknowledged, kills, disturbances } = await breakEverything(
      database,
      pool,
      replica,
      { reconciles, options, hasShown },
      print,
    )
    print('all is approved, and all that breaks things is over')
    await waitForEnd(database.owner)
    print('what can end by itself has ended')
    const asked = await settleUnknown(replica.deps, database.owner, target)
    await waitForEnd(database.owner)
    const seconds = (performance.now() - startedAt) / 1000
    await pool.close()
    const audit = await verifyLog(database.benchUrl, database.owner)
    const isOwn = (id: string) => !before.has(id)
    const lost = lostAnswers() + network.hitsOf('cut-before-reply') + network.hitsOf('reset')
    const found = { asked, kills, disturbances, audit, seconds, lostAnswers: lost }
    return await judge({ ...found, owner: database.owner, target, acknowledged, isOwn })
  } finally {
    await pool.close()
    await replica.close()
    await network.close()
    await target.close()
  }
}

async function breakEverything(
  database: ChaosDatabase,
  pool: WorkerPool,
  replica: Replica,
  {
    reconciles,
    options,
    hasShown,
  }: Pick<Scenario, 'reconciles' | 'options'> & { readonly hasShown: (steps: number) => boolean },
  print: (line: string) => void,
) {
  const { owner } = database
  const startedAt = performance.now()
  const until = startedAt + options.minutes * 60_000
  const isLate = (share = 1) => performance.now() >= startedAt + options.withinMinutes * 60_000 * share
  const progress = { steps: 0, areKillsDone: false, isApproved: false }
  const isHalf = () =>
    isLate(0.5) || (progress.steps >= options.steps / 2 && performance.now() >= until - options.minutes * 30_000)
  const isTimeOver = () => isLate() || (performance.now() >= until && progress.steps >= options.steps)
  const isOver = () => progress.isApproved
  const kills = killWorkers({
    ...{ pool, owner, options },
    random: createRandom(options.seed + 2),
    isOver: isTimeOver,
    onKill: ({ total, between }) => {
      if (total % 10 !== 0) return
      print(
        `${String(total)} kills, ${String(between)} of them after an intent; ${String(progress.steps)} steps approved`,
      )
    },
  }).finally(() => {
    progress.areKillsDone = true
  })
  const { pauses, failsOver } = options
  const disturbing = disturb({
    ...{ pool, database, pauses, failsOver, isHalf, isOver, print },
    random: createRandom(options.seed + 4),
  })
  const approving = approveWork({
    ...{ replica, owner, options, reconciles },
    onSteps: (steps) => {
      progress.steps = steps
    },
    mayEnd: () => progress.areKillsDone && isTimeOver() && hasShown(progress.steps),
    isLate: () => isLate(),
  }).finally(() => {
    progress.isApproved = true
  })
  const [acknowledged, counts, disturbances] = await Promise.all([approving, kills, disturbing])
  return { acknowledged, kills: counts, disturbances }
}

/** What approves and settles: the web side of the product, which is not killed here. */
async function openBench(database: ChaosDatabase, target: CountingTarget): Promise<Replica> {
  const lost = { onConnectionLost: () => undefined }
  const url = database.benchUrl
  const jobPool = await openDatabase({ url, applicationName: 'chaos-bench-jobs', maxConnections: 3, ...lost })
  const signals = await openSignals({ url, log: silentLogger })
  const jobs = await openJobs({ pool: jobPool.pool, signals, log: silentLogger, randomBytes, supervises: false })
  const replica = await openReplica({
    url,
    replicaId: 'chaos-bench',
    actions: createCountingActions(target.url),
    queueOf: (db) => jobs.queueOf(db),
    maxConnections: 6,
    // One person approves everything here, which is not what is tested.
    settings: { fatigue: { decisions: 1_000_000, perMs: 1 } },
  })
  return {
    deps: replica.deps,
    close: async () => {
      // A pool waits for connections that went with the primary.
      const closing = [jobs.close(), signals.close(), jobPool.close(), replica.close()]
      await Promise.race([Promise.allSettled(closing), delay(5_000)])
    },
  }
}
