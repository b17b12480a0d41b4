import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import { silentLogger } from '../src/kernel/silent-logger.ts'
import { openDatabase } from '../src/store/database.ts'
import { openEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { migrate } from '../src/store/migrate.ts'
import { openJobs } from '../src/store/jobs.ts'
import { openSignals } from '../src/store/signals.ts'
import { approveThroughProduct } from '../test/fakes/counting-target/approve-through-product.ts'
import type { StepSpec } from '../test/fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../test/fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../test/fakes/counting-target/counting-target.ts'
import { openReplica } from '../test/fakes/counting-target/replica.ts'
import { WorkerPool } from './chaos/worker-pool.ts'
import { openWorkplace } from './support/workplace.ts'
import type { Benchmark, Figure } from './benchmark.ts'

const STEPS_A_SECOND = 500
const STEPS_PER_RUN = 20
/** As patient as the product: nothing is lost here, so none of it is reached. */
const TIMES = { leaseMs: 30_000, inflightWindowMs: 10_000, callTimeoutMs: 10_000 } as const

/** What a replica of the product has unless it is configured otherwise (`execution.runsAtOnce`), and its tick. */
const LIKE_THE_PRODUCT = { runsAtOnce: 32, connections: 12, sweepEveryMs: 5_000 } as const

/** Approved runs of many keyed steps, several at once: intent → sent → effect → outcome, each with its audit entry. */
export const executeBench: Benchmark = {
  name: 'execute',
  summary: 'fully audited steps a second, with database and target on this machine',
  async run(options, print) {
    const workplace = openWorkplace()
    const postgres = await openEmbeddedPostgres({ home: workplace.dataFolder, log: silentLogger })
    await migrate({ ownerUrl: postgres.ownerUrl(), appUser: new URL(postgres.url()).username })
    const url = postgres.url()
    const target = new CountingTarget()
    await target.open()
    const pool = new Pool({ connectionString: postgres.ownerUrl(), max: 2 })
    try {
      const runs = Math.max(1, Math.round(options.steps / STEPS_PER_RUN))
      await approveRuns(url, target.url, runs)
      print(`${String(runs)} runs of ${String(STEPS_PER_RUN)} steps are approved`)
      const config = { ...TIMES, ...LIKE_THE_PRODUCT, databaseUrl: url, targetUrl: target.url, reconciles: true }
      const workers = new WorkerPool({ ...config, logFile: join(workplace.folder, 'workers.log') }, options.replicas)
      try {
        await untilEnded(pool, print)
      } finally {
        await workers.close()
      }
      return await figuresOf(pool, target, runs * STEPS_PER_RUN)
    } finally {
      await pool.end()
      await target.close()
      await workplace.close()
    }
  },
}

async function approveRuns(url: string, targetUrl: string, runs: number): Promise<void> {
  const jobPool = await openDatabase({ url, applicationName: 'bench-jobs', maxConnections: 2 })
  const signals = await openSignals({ url, log: silentLogger })
  const jobs = await openJobs({ pool: jobPool.pool, signals, log: silentLogger, randomBytes, supervises: false })
  const replica = await openReplica({
    url,
    actions: createCountingActions(targetUrl),
    queueOf: (db) => jobs.queueOf(db),
    // One person approves everything here, which is not what is measured.
    settings: { fatigue: { decisions: 1_000_000, perMs: 1 } },
  })
  for (let index = 0; index < runs; index += 1) await approveThroughProduct(replica.deps, stepsOf(index))
  await jobs.close()
  await signals.close()
  await jobPool.close()
  await replica.close()
}

function stepsOf(run: number): readonly StepSpec[] {
  return Array.from({ length: STEPS_PER_RUN }, (_, step): StepSpec => {
    return {
      id: `note-${String(step)}`,
      uses: 'pagerduty/note',
      resource: `service-${String(run)}`,
      with: { text: 'moved' },
    }
  })
}

/** What was done is counted seldom: that reads the whole ledger, which would slow down what it measures the longer it is. */
async function untilEnded(pool: Pool, print: (line: string) => void): Promise<void> {
  let saidAt = performance.now()
  for (;;) {
    if ((await countOf(pool, 'runs WHERE finished_at IS NULL')) === 0) return
    if (performance.now() - saidAt > 2_000) {
      saidAt = performance.now()
      print(`${String(await countOf(pool, "attempts WHERE state = 'done'"))} steps done`)
    }
    await delay(100)
  }
}

async function countOf(pool: Pool, which: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${which}`)
  return rows[0]?.count ?? 0
}

async function figuresOf(pool: Pool, target: CountingTarget, steps: number): Promise<readonly Figure[]> {
  const { rows } = await pool.query<{ done: number; seconds: number; entries: number; sync: string }>(
    `SELECT count(*)::int AS done,
            (extract(epoch FROM max(finished_at) - min(intended_at)))::float8 AS seconds,
            (SELECT count(*)::int FROM audit_leaves WHERE event IN ('step.intended', 'step.sent', 'step.succeeded')) AS entries,
            current_setting('synchronous_commit') AS sync
       FROM attempts WHERE state = 'done'`,
  )
  const { done, seconds, entries, sync } = rows[0] ?? { done: 0, seconds: Number.NaN, entries: 0, sync: 'unknown' }
  if (sync !== 'on') throw new Error(`synchronous_commit is ${sync}, so nothing was measured that counts.`)
  return [
    { name: 'steps', value: done, unit: '', exactly: steps },
    { name: 'steps a second', value: done / seconds, unit: '/s', atLeast: STEPS_A_SECOND },
    { name: 'audit entries of steps, beyond three each', value: entries - 3 * steps, unit: '', exactly: 0 },
    { name: 'effects beyond one each', value: target.effects.length - steps, unit: '', exactly: 0 },
  ]
}
