import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { watchEventLoop } from '../../../src/app/watch-event-loop.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openJobs } from '../../../src/store/jobs.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { poison } from './poison.ts'

/** A worker in a process of its own, one of whose jobs is poison. What was begun and what was done stands in tables. */
const { url } = z.object({ url: z.string() }).parse(JSON.parse(process.env['COUNTERSIGN_TEST_WORKER'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

watchEventLoop(1_500)
const database = await openDatabase({ url, applicationName: 'poison-worker', maxConnections: 10 })
const signals = await openSignals({ url, log: silentLogger })
const jobs = await openJobs({ pool: database.pool, signals, log: silentLogger, randomBytes })
await jobs.workers.work('incident.refresh', 4, async (data) => {
  await database.pool.query('INSERT INTO begun (job) VALUES ($1)', [data['job']])
  await poison(data['poison'])
  await database.pool.query('INSERT INTO done (job) VALUES ($1)', [data['job']])
})
