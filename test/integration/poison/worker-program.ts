import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { watchEventLoop } from '../../../src/app/watch-event-loop.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openJobs } from '../../../src/store/jobs.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { poison } from './poison.ts'

/** A worker in a process of its own, one of whose jobs is poison. What was begun and what was done stands in tables. */
export const PoisonConfig = z.object({
  url: z.string(),
  /** How long the event loop may stand still; null where the guard is taken out. */
  loopLimitMs: z.number().nullable().default(60_000),
  /** How long any other job takes. */
  jobMs: z.number().default(0),
})
export type PoisonConfig = z.input<typeof PoisonConfig>

const { url, loopLimitMs, jobMs } = PoisonConfig.parse(JSON.parse(process.env['COUNTERSIGN_TEST_WORKER'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

// Without the guard it would outlive whoever started it, were that one killed: ten minutes are more than any test waits.
watchEventLoop(loopLimitMs ?? 600_000)
const database = await openDatabase({ url, applicationName: 'poison-worker', maxConnections: 10 })
const signals = await openSignals({ url, log: silentLogger })
const jobs = await openJobs({ pool: database.pool, signals, log: silentLogger, randomBytes })
await jobs.workers.work('incident.refresh', 4, async (data) => {
  await database.pool.query('INSERT INTO begun (job) VALUES ($1)', [data['job']])
  await poison(data['poison'])
  if (jobMs > 0) await delay(jobMs)
  await database.pool.query('INSERT INTO done (job) VALUES ($1)', [data['job']])
})
process.send?.('ready')
