import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase } from '../../support/postgres.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let proxy: FaultProxy
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  proxy = await openFaultProxy(database.url)
})
afterEach(() => proxy.close())

const open = () => openDatabase({ url: proxy.url, applicationName: 'first-connection', maxConnections: 1 })

describe('the first connection to the database', () => {
  it('is asked for again where a machine that starts everything at once is too slow', async () => {
    proxy.inject({ kind: 'half-open', times: 2 })

    const { pool, close } = await open()

    expect((await pool.query<{ one: number }>('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(proxy.hitsOf('half-open')).toBe(2)
    await close()
  })

  it('is given up where nobody answers at all', async () => {
    proxy.inject({ kind: 'half-open' })

    await expect(open()).rejects.toThrow('timeout')
    expect(proxy.hitsOf('half-open')).toBe(3)
  })

  it('is not asked for again where it is refused', async () => {
    await proxy.close()

    await expect(open()).rejects.toThrow('ECONNREFUSED')
  })
})
