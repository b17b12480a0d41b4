import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { sweepRuns } from '../../../src/orchestrator/sweep-runs.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { createRunSweepStore } from '../../../src/store/run-sweep-store.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { openTestStores } from '../store/open-test-stores.ts'
import type { TestStores } from '../store/open-test-stores.ts'

/** Enough that reading all hints for each run shows. */
const IN_LINE = 200

let database: TestDatabase
let owner: Client
let replica: TestStores
let unhinted = ''
beforeAll(async () => {
  database = await createTestDatabase()
  owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
  replica = await openTestStores(database.url)
  for (let number = 0; number < IN_LINE; number += 1) {
    const step = { uses: 'argocd/sync', resource: `in-line-${String(number)}` } as const
    const { run } = await approveRun(replica.unitOfWork, [step])
    if (number === 0) unhinted = run.id
    else await replica.stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
  }
})
afterAll(async () => {
  await replica.close()
  await owner.end()
  await database.drop()
})

describe('a sweep of many runs in line', () => {
  it.each(['without statistics', 'with statistics'])('looks for the hint of each, by index (%s)', async (which) => {
    if (which === 'with statistics') await owner.query('ANALYZE')
    let found: readonly string[] = []

    const read = await hintsReadBy(async ({ db }) => {
      found = await createRunSweepStore(db).listAbandoned(IN_LINE)
    })

    expect(found).toEqual([unhinted])
    expect(read).toBeLessThan(3 * IN_LINE)
  })

  it('reads all hints for each where they are looked for by another column (the twin)', async () => {
    const read = await hintsReadBy(async ({ pool }) => {
      const { rows } = await pool.query(
        `SELECT r.id FROM runs r WHERE r.state = 'queued' AND NOT EXISTS (
           SELECT FROM pgboss.job j WHERE j.name = 'run.advance' AND j.singleton_key = r.id AND j.state < 'active'
             AND j.start_after <= clock_timestamp())`,
      )
      expect(rows).toEqual([{ id: unhinted }])
    })

    expect(read).toBeGreaterThan((IN_LINE * IN_LINE) / 4)
  })

  it('hints at the one that has none, once', async () => {
    const hinted: unknown[] = []
    const jobs = {
      enqueue: async (_name: string, data: { readonly runId?: unknown }) => {
        hinted.push(data.runId)
      },
    }
    const stores = { ...replica.stores, jobs }

    await sweepRuns({ stores } as never)

    expect(hinted).toEqual([unhinted])
  })
})

/** Rows of the engine's table that a connection of its own read; it tells its counts when it is asked to. */
async function hintsReadBy(work: (database: OpenDatabase) => Promise<void>): Promise<number> {
  const before = await readCounter()
  const looking = await openDatabase({ url: database.url, applicationName: 'looking', maxConnections: 1 })
  await work(looking)
  await looking.pool.query('SELECT pg_stat_force_next_flush()')
  await looking.close()
  return (await readCounter()) - before
}

async function readCounter(): Promise<number> {
  for (const client of await Promise.all(
    Array.from({ length: replica.pool.totalCount }, () => replica.pool.connect()),
  )) {
    await client.query('SELECT pg_stat_force_next_flush()')
    client.release()
  }
  const { rows } = await owner.query<{ read: number }>(
    `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::float8 AS read FROM pg_stat_user_tables
      WHERE schemaname = 'pgboss' AND relname LIKE 'job%'`,
  )
  return rows[0]?.read ?? 0
}
