import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { Logger } from '../../src/kernel/logger.ts'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { advanceRun } from '../../src/orchestrator/advance-run.ts'
import { RunClaims } from '../../src/orchestrator/run-claims.ts'
import { sweepRuns } from '../../src/orchestrator/sweep-runs.ts'
import type { ActionRunner } from '../../src/ports/action-runner.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { openSignals } from '../../src/store/signals.ts'
import { createCountingActions } from '../../test/fakes/counting-target/counting-actions.ts'
import { openReplica } from '../../test/fakes/counting-target/replica.ts'
import { DieOrder, WORKER_VARIABLE, WorkerConfig } from './chaos-config.ts'
import type { Place } from './chaos-config.ts'

/**
 * One replica of the chaos bench: the product's jobs, executor and stores in a process of its own, made to be killed.
 * It dies with the bench, so that nothing is left behind when that one is killed.
 */
const config = WorkerConfig.parse(JSON.parse(process.env[WORKER_VARIABLE] ?? 'null'))
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
process.on('disconnect', die)

let deadly: readonly Place[] = []
process.on('message', (message) => {
  deadly = DieOrder.parse(message).places
})
/** The run stands still at this point until the process is dead. */
const dieAt = (place: Place): Promise<never> => new Promise(() => process.send?.({ diesAt: place }, die))

const log: Logger = {
  ...silentLogger,
  warn: (fields, text) => {
    note('warn', text, fields)
  },
  error: (fields, text) => {
    note('error', text, fields)
  },
}

function note(level: string, text: string, fields: object): void {
  const line = JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.message : value))
  appendFileSync(config.logFile, `${new Date().toISOString()} ${config.replicaId} ${level} ${text} ${line}\n`)
}

const pool = await openDatabase({ url: config.databaseUrl, applicationName: 'chaos-jobs', maxConnections: 3 })
const signals = await openSignals({ url: config.databaseUrl, log })
const jobs = await openJobs({ pool: pool.pool, signals, log, randomBytes })
const { deps } = await openReplica({
  url: config.databaseUrl,
  replicaId: config.replicaId,
  actions: actionsOf(config),
  settings: { leaseMs: config.leaseMs, inflightWindowMs: config.reconciles ? config.inflightWindowMs : 0 },
  queueOf: (db) => jobs.queueOf(db),
  log,
  maxConnections: config.connections,
})

// Every crash here is the bench's own doing, and none says that a run is poison.
const options = {
  claims: new RunClaims(),
  crashesBeforeParking: 1_000,
  pace: { retryBaseMs: 50, retryMaxMs: 400, lookAgainMs: 200, targetBusyMs: 200, maxAttempts: 50 },
  debugPoint: async (point: string, { stepId }: { readonly stepId: string }) => {
    const place = deadly.find((one) => one.point === point && stepId.startsWith(one.step))
    if (place !== undefined) await dieAt(place)
  },
} as const
await jobs.workers.work('run.advance', config.runsAtOnce, (data, signal) => advanceRun(deps, data, signal, options))
setInterval(() => void sweepRuns(deps).catch(() => undefined), config.sweepEveryMs)
process.send?.('ready')

function actionsOf({ targetUrl, callTimeoutMs, reconciles }: WorkerConfig): ActionRunner {
  const actions = createCountingActions(targetUrl, { callTimeoutMs, looksAgain: true })
  if (reconciles) return actions
  return { ...actions, reconcile: () => Promise.resolve({ found: 'not_executed', detail: 'nobody asked' }) }
}
