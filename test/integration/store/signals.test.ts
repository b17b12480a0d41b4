import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { notify } from '../../../src/store/notify.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { runTransaction } from '../../../src/store/unit-of-work.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
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

describe('a signal', () => {
  it('arrives when its transaction commits, not before, and not when it rolls back', async () => {
    const heard: string[] = []
    const stop = replica.signals.listen('outbox', (payload) => heard.push(payload))
    await until(() => heard.length > 0, 'the server to know of the listener')
    heard.length = 0

    await runTransaction(replica.pool, async (db) => {
      await notify(db, 'outbox', 'rolled back')
      throw new Error('no')
    }).catch(() => undefined)
    await runTransaction(replica.pool, async (db) => {
      await notify(db, 'outbox', 'committed')
      // Another transaction's signal would have overtaken ours by now.
      await notify(replica.db, 'outbox', 'at once')
      await until(() => heard.includes('at once'), 'the signal without a transaction')
      expect(heard).toEqual(['at once'])
    })
    await until(() => heard.includes('committed'), 'the signal of the transaction')
    stop()

    expect(heard).toEqual(['at once', 'committed'])
  })

  it('that came before the server knew of the listener is made up for by one call, as it does know', async () => {
    const proxy = await openFaultProxy(database.url)
    const signals = await openSignals({ url: proxy.url, log: silentLogger })
    proxy.inject({ kind: 'latency', ms: 2_000, times: 1 })
    const heard: string[] = []
    signals.listen('configuration', (payload) => heard.push(payload))
    await notify(replica.db, 'configuration', 'too early')
    await until(() => heard.length > 0, 'the call after the acknowledgement')
    await notify(replica.db, 'configuration', 'in time')
    await until(() => heard.includes('in time'), 'the signal after it')
    await signals.close()
    await proxy.close()

    // The hint itself is gone: without the call nobody would look before the next poll.
    expect(heard).toEqual(['', 'in time'])
  })

  it('of each of many commits at once arrives, and none of those that roll back', async () => {
    const heard: string[] = []
    const stop = replica.signals.listen('incident', (payload) => heard.push(payload))
    const isHeard = async () => {
      await notify(replica.db, 'incident', 'listening')
      return heard.includes('listening')
    }
    await until(isHeard, 'the server to know of the listener')
    const ids = Array.from({ length: 60 }, (_, index) => `INC-${String(index)}`)
    const isKept = (id: string) => Number(id.slice(4)) % 3 > 0

    await Promise.all(
      ids.map((id) =>
        runTransaction(replica.pool, async (db) => {
          await notify(db, 'incident', id)
          if (!isKept(id)) throw new Error('no')
        }).catch(() => undefined),
      ),
    )
    await runTransaction(replica.pool, (db) => notify(db, 'incident', 'last'))
    await until(() => ids.filter(isKept).every((id) => heard.includes(id)), 'the signals of all commits')
    await until(() => heard.includes('last'), 'the signal of the last one')
    stop()

    expect(heard.filter((payload) => payload.startsWith('INC-')).toSorted()).toEqual(ids.filter(isKept).toSorted())
  })

  it('is heard again after the connection was cut, and the gap is told by an empty one', async () => {
    const heard: string[] = []
    const stop = replica.signals.listen('incident', (payload) => heard.push(payload))
    await until(() => heard.length > 0, 'the server to know of the listener')
    heard.length = 0
    const owner = new Client({ connectionString: database.ownerUrl })
    await owner.connect()
    await owner.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'countersign-signals' AND datname = current_database()",
    )
    await owner.end()

    await until(() => heard.includes(''), 'the call after the reconnection')
    await notify(replica.db, 'incident', 'INC-1')
    await until(() => heard.includes('INC-1'), 'the signal on the new connection')
    stop()
  })
})

describe('a named lease', () => {
  it('belongs to one owner until it runs out or is given back, by the clock of the database', async () => {
    const { leases } = replica.stores

    expect(await leases.hold('tick', 'one', 60_000)).toBe(true)
    expect(await leases.hold('tick', 'one', 60_000)).toBe(true)
    expect(await leases.hold('tick', 'two', 60_000)).toBe(false)
    await leases.release('tick', 'two')
    expect(await leases.hold('tick', 'two', 60_000)).toBe(false)
    await leases.release('tick', 'one')
    expect(await leases.hold('tick', 'two', 1)).toBe(true)
    await until(() => leases.hold('tick', 'three', 60_000), 'the lease of one millisecond')
  })

  it('is taken by one of many who ask at once', async () => {
    const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`)

    const held = await Promise.all(owners.map((owner) => replica.stores.leases.hold('race', owner, 60_000)))

    expect(held.filter(Boolean)).toHaveLength(1)
  })
})
