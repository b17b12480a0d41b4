import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { collectAnnouncements } from '../../../src/store/notify.ts'
import { drizzle } from '../../../src/store/drizzle.ts'
import { openTestStores, until } from './open-test-stores.ts'
import type { TestStores } from './open-test-stores.ts'

let database: TestDatabase
let replica: TestStores

beforeAll(async () => {
  database = await createTestDatabase()
  replica = await openTestStores(database.url)
})
afterAll(async () => {
  await replica.close()
  await database.drop()
})

const waiting = async (queue: string): Promise<number> => {
  const { rows } = await replica.pool.query<{ count: number }>(
    "SELECT count(*) FROM pgboss.job WHERE name = $1 AND state < 'active'",
    [queue],
  )
  return rows[0]!.count
}

describe('a job enqueued in a transaction', () => {
  it('is invisible until the commit and starts at once after it', async () => {
    const taken: JsonObject[] = []
    await replica.jobs.workers.work('incident.refresh', 1, async (data) => void taken.push(data))
    let takenBeforeCommit = -1
    let committedAt = 0

    await replica.unitOfWork.run(async (stores) => {
      await stores.jobs.enqueue('incident.refresh', { incident: 'INC-1' }, { singletonKey: 'INC-1' })
      // A look of another connection, and as much time as the workers need when they are told.
      await waiting('incident.refresh')
      takenBeforeCommit = taken.length
      committedAt = performance.now()
    })
    await until(() => taken.length > 0, 'the worker')

    expect(takenBeforeCommit).toBe(0)
    expect(taken).toEqual([{ incident: 'INC-1' }])
    expect(performance.now()).toBeGreaterThan(committedAt)
  })

  it('is found though its process died before it could wake anybody', async () => {
    const taken: JsonObject[] = []
    await replica.jobs.workers.work('proposal.preview', 1, async (data) => void taken.push(data))
    const client = await replica.pool.connect()
    const transaction = drizzle(client)
    // What is collected and never announced is what such a process leaves: the commit, and no word of it.
    collectAnnouncements(replica.pool, transaction)
    await client.query('BEGIN')
    await replica.jobs.queueOf(transaction).enqueue('proposal.preview', { proposal: 'PRO-9' })
    await client.query('COMMIT')
    client.release()

    await until(() => taken.length === 1, 'the job that nobody was told of')
    expect(taken).toEqual([{ proposal: 'PRO-9' }])
  })

  it('is lost with the transaction', async () => {
    const failing = replica.unitOfWork.run(async (stores) => {
      await stores.jobs.enqueue('incident.propose', { incident: 'INC-2' })
      throw new Error('the state change failed')
    })

    await expect(failing).rejects.toThrow('the state change failed')
    expect(await waiting('incident.propose')).toBe(0)
  })
})

describe('jobs with the same key', () => {
  it('are one while the first waits, and without a key each is its own', async () => {
    for (let times = 0; times < 3; times += 1) {
      await replica.stores.jobs.enqueue('proposal.expire', { times }, { singletonKey: 'PRO-1' })
      await replica.stores.jobs.enqueue('proposal.remind', { times })
    }

    expect(await waiting('proposal.expire')).toBe(1)
    expect(await waiting('proposal.remind')).toBe(3)
  })

  it('come when the sooner of the two is due', async () => {
    const taken: JsonObject[] = []
    await replica.stores.jobs.enqueue('clock.tick', { order: 1 }, { singletonKey: 'tick', startAfterMs: 3_600_000 })
    await replica.stores.jobs.enqueue('clock.tick', { order: 2 }, { singletonKey: 'tick', startAfterMs: 7_200_000 })
    await replica.jobs.workers.work('clock.tick', 1, async (data) => void taken.push(data))
    expect(await waiting('clock.tick')).toBe(1)

    await replica.stores.jobs.enqueue('clock.tick', { order: 3 }, { singletonKey: 'tick' })

    await until(() => taken.length === 1, 'the job that was to come in an hour')
  })

  it('come when the sooner of the two is due by the clock of the database, however wrong the own one is', async () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 7_200_000)
    try {
      await replica.stores.jobs.enqueue('break_glass.note', {}, { singletonKey: 'PRO-3', startAfterMs: 3_600_000 })
      await replica.stores.jobs.enqueue('break_glass.note', {}, { singletonKey: 'PRO-3', startAfterMs: 60_000 })
    } finally {
      now.mockRestore()
    }

    const { rows } = await replica.pool.query<{ soon: boolean }>(
      `SELECT start_after < clock_timestamp() + interval '61 seconds' AS soon FROM pgboss.job WHERE name = 'break_glass.note'`,
    )
    expect(rows).toEqual([{ soon: true }])
  })

  it('are never taken before the commit of the one that joined, so nothing it wrote is missed', async () => {
    const seen: number[] = []
    const hour = 3_600_000
    await replica.stores.jobs.enqueue('run.advance', {}, { singletonKey: 'RUN-1', startAfterMs: hour })

    await replica.unitOfWork.run(async (stores) => {
      await stores.jobs.enqueue('run.advance', {}, { singletonKey: 'RUN-1' })
      await replica.jobs.workers.work('run.advance', 1, async () => {
        const entries = await replica.stores.leases.hold('written-in-the-transaction', 'somebody else', 1000)
        seen.push(entries ? 0 : 1)
      })
      await stores.leases.hold('written-in-the-transaction', 'the transaction', 60_000)
    })
    await until(() => seen.length === 1, 'the job')

    expect(seen).toEqual([1])
  })
})

describe('a job whose handler always fails', () => {
  it('is parked after three tries where people see it, while others go on', async () => {
    let tries = 0
    const others: JsonObject[] = []
    await replica.jobs.workers.work('incident.propose', 1, async (data) => {
      if (data['isPoison'] !== true) return void others.push(data)
      tries += 1
      throw new Error('this one cannot be done')
    })

    await replica.stores.jobs.enqueue('incident.propose', { isPoison: true })
    for (let number = 0; number < 20; number += 1) await replica.stores.jobs.enqueue('incident.propose', { number })
    await until(() => others.length === 20, 'the other jobs')
    await until(async () => (await replica.jobs.listDead()).length > 0, 'the parked job')

    const [dead] = await replica.jobs.listDead()
    expect(tries).toBe(3)
    expect(dead).toMatchObject({ queue: 'incident.propose', data: { isPoison: true } })
    expect(dead?.failure).toContain('this one cannot be done')
  })
})

describe('closing', () => {
  it('lets a running handler finish', async () => {
    const other = await openTestStores(database.url)
    let finished = false
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    let started = false
    await other.jobs.workers.work('proposal.remind', 1, async () => {
      started = true
      await gate
      finished = true
    })
    await until(() => started, 'the handler')

    const closed = other.close()
    release()
    await closed

    expect(finished).toBe(true)
  })
})
