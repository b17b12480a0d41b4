import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { openHouse } from '../../support/house.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'

let house: House
let foundation: Foundation
let owner: Client

beforeAll(async () => {
  house = await openHouse()
  foundation = await house.foundation()
  owner = new Client({ connectionString: house.database.ownerUrl })
  await owner.connect()
})

afterAll(async () => {
  await owner.end()
  await house.close()
})

async function count(table: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
  return rows[0]?.count ?? Number.NaN
}

describe('what is kept for a while only', () => {
  it('is dropped when its time is over, by the clock of the database, and nothing else is', async () => {
    const { stores } = foundation.deps
    await stores.deliveries.serve('slack', 'old')
    await stores.deliveries.serve('slack', 'young')
    await owner.query(
      `UPDATE served_requests SET received_at = clock_timestamp() - interval '2 days' WHERE request_key = 'old'`,
    )
    const leaves = await count('audit_leaves')

    const dropped = await stores.housekeeping.dropOld()

    expect(dropped).toBe(1)
    expect(await stores.deliveries.serve('slack', 'young')).toBeDefined()
    expect(await count('audit_leaves')).toBe(leaves)
  })

  it('is not what the audit log is made of: its next months are made ahead, once, by the service itself', async () => {
    const { stores } = foundation.deps
    const months = `pg_inherits WHERE inhparent = 'audit_leaves'::regclass`
    const before = await count(months)
    const { rows } = await owner.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM ${months} AND inhrelid::regclass::text ~ '[0-9]$' ORDER BY 1 DESC LIMIT 1`,
    )
    await owner.query(`DROP TABLE ${rows[0]!.name}`)

    expect(await stores.housekeeping.makeMonths()).toBe(1)
    expect(await stores.housekeeping.makeMonths()).toBe(0)
    expect(await count(months)).toBe(before)
  })
})
