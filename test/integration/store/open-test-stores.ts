import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { openJobs } from '../../../src/store/jobs.ts'
import type { Jobs, JobsOptions } from '../../../src/store/jobs.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { openSignals } from '../../../src/store/signals.ts'
import type { Signals } from '../../../src/ports/signals.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { untilNextLookMs } from '../../support/until-next-look.ts'
import type { Stores, UnitOfWork } from '../../../src/ports/stores.ts'

export interface TestStores extends OpenDatabase {
  readonly signals: Signals
  readonly jobs: Jobs
  readonly stores: Stores
  readonly unitOfWork: UnitOfWork
}

/** What one replica opens, on the login of the service. */
export async function openTestStores(
  url: string,
  settings: Pick<JobsOptions, 'superviseSeconds' | 'kinds'> = {},
): Promise<TestStores> {
  const database = await openDatabase({ url, applicationName: 'countersign-test', maxConnections: 10 })
  const signals = await openSignals({ url, log: silentLogger })
  const jobs = await openJobs({
    pool: database.pool,
    signals,
    log: silentLogger,
    randomBytes,
    closeTimeoutMs: 5_000,
    ...settings,
  })
  const needs = { surfaces: ['console'], queueOf: jobs.queueOf } as const
  return {
    ...database,
    signals,
    jobs,
    stores: openStores(database.db, needs),
    unitOfWork: createUnitOfWork(database.pool, (db) => openStores(db, needs)),
    close: async () => {
      await jobs.close()
      await signals.close()
      await database.close()
    },
  }
}

const GIVE_UP_MS = 60_000

/** Waits for a condition, never for a time. */
export async function until(condition: () => boolean | Promise<boolean>, whatFor: string): Promise<void> {
  const startedAtMs = performance.now()
  while (!(await condition())) {
    const waitedMs = performance.now() - startedAtMs
    if (waitedMs > GIVE_UP_MS) throw new Error(`Waited in vain for ${whatFor}.`)
    await delay(untilNextLookMs(waitedMs, 10))
  }
}
