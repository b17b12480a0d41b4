import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { StartTimer } from '../../../src/kernel/start-timer.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { RunGate } from '../../../src/orchestrator/run-gate.ts'
import { sweepRuns } from '../../../src/orchestrator/sweep-runs.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openJobs } from '../../../src/store/jobs.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'

/** A worker in a process of its own, one of whose runs takes it down whenever it is advanced. */
export const RunsConfig = z.object({
  databaseUrl: z.string(),
  targetUrl: z.string(),
  replicaId: z.string(),
  poisonRunId: z.string(),
  /** How many runs there are besides. */
  others: z.number(),
  /** Without it nobody is tried alone. */
  isGated: z.boolean(),
  /** Whether the ten seconds for which any run is alone at least are over at once, so that the poison comes later than that. */
  isLate: z.boolean(),
  /** Without it none is alone for longer than these. */
  knowsHowLong: z.boolean(),
})
export type RunsConfig = z.infer<typeof RunsConfig>

const config = RunsConfig.parse(JSON.parse(process.env['COUNTERSIGN_TEST_WORKER'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const jobPool = await openDatabase({ url: config.databaseUrl, applicationName: config.replicaId, maxConnections: 4 })
const signals = await openSignals({ url: config.databaseUrl, log: silentLogger })
const jobs = await openJobs({ pool: jobPool.pool, signals, log: silentLogger, randomBytes, supervises: false })
const { deps } = await openReplica({
  url: config.databaseUrl,
  replicaId: config.replicaId,
  actions: withPoison(createCountingActions(config.targetUrl, { callTimeoutMs: 60_000, pollAfterMs: 200 })),
  queueOf: (db) => jobs.queueOf(db),
  settings: { leaseMs: 120_000, inflightWindowMs: 0 },
})
const SHORT_MS = 10_000
/** Time passes only while the poison is not at work, so that it is never too late for it, and never long for the others. */
const startTimer: StartTimer = (ms, whenOver) => {
  const isOverAtOnce = config.isLate && (ms <= SHORT_MS || !config.knowsHowLong)
  const look = setInterval(() => {
    void isHeld(config.poisonRunId).then((held) => {
      if ((isOverAtOnce || !held) && look.hasRef()) whenOver()
    })
  }, 50)
  return () => {
    clearInterval(look.unref())
  }
}
const gate = config.isGated ? { gate: config.knowsHowLong ? new RunGate(startTimer) : forgetful() } : {}
const pace = { pace: { lookAgainMs: 100, retryBaseMs: 10 } }
let sweeps = 0
await jobs.workers.work('run.advance', config.others + 2, (data, signal) =>
  advanceRun(deps, data, signal, { ...pace, ...gate }),
)
setInterval(() => {
  void sweepRuns(deps)
    .then(() => (sweeps += 1))
    .catch(() => undefined)
}, 100)

function forgetful(): Pick<RunGate, 'enter'> {
  const own = new RunGate(startTimer)
  const enter: RunGate['enter'] = async (stop) => {
    const turn = await own.enter(stop)
    return turn === undefined ? undefined : { ...turn, becomeAlone: (runId) => turn.becomeAlone(runId, null) }
  }
  return { enter }
}

/**
 * It kills once all the others wait for their targets beside it: one whose answer was not on record yet would be found done
 * afterwards. On its last try when they were asked to be beside it several times over.
 */
function withPoison(actions: ActionRunner): ActionRunner {
  return {
    ...actions,
    reconcile: async (input, attempt, context) => {
      if (context.runId === config.poisonRunId) await killWhenBeside()
      return actions.reconcile(input, attempt, context)
    },
    perform: async (input, before, context) => {
      if (context.runId === config.poisonRunId) await killWhenBeside()
      return actions.perform(input, before, context)
    },
  }
}

async function killWhenBeside(): Promise<void> {
  const begun = sweeps
  for (;;) {
    const { rows } = await jobPool.pool.query<{ beside: number; crashes: number }>(
      `SELECT count(*) FILTER (WHERE id <> $2 AND lease_owner = $1 AND lease_until > clock_timestamp() AND EXISTS (
                SELECT FROM attempts a WHERE a.run_id = r.id AND a.state = 'sent' AND a.handle IS NOT NULL))::int AS beside,
              max(crashes) FILTER (WHERE id = $2)::int AS crashes FROM runs r`,
      [config.replicaId, config.poisonRunId],
    )
    const { beside = 0, crashes = 0 } = rows[0] ?? {}
    const wereAsked = config.isGated && config.knowsHowLong && crashes >= 2 && sweeps - begun > 3
    if (beside >= config.others || wereAsked) process.kill(process.pid, 'SIGKILL')
    await delay(20)
  }
}

/** One that came back because another one is tried alone keeps the name of its holder, and its lease is over. */
async function isHeld(runId: string): Promise<boolean> {
  const { rows } = await jobPool.pool.query(
    'SELECT FROM runs WHERE id = $1 AND lease_owner = $2 AND lease_until > clock_timestamp()',
    [runId, config.replicaId],
  )
  return rows.length > 0
}
