import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'

jest.setTimeout(60_000)

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

describe('a database for a test file', () => {
  let first: TestDatabase
  let second: TestDatabase

  beforeAll(async () => {
    ;[first, second] = await Promise.all([
      createTestDatabase({ isMigrated: false }),
      createTestDatabase({ isMigrated: false }),
    ])
  })
  afterAll(async () => {
    await Promise.all([first.drop(), second.drop()])
  })

  it('is nobody else’s', async () => {
    await query(first.ownerUrl, 'CREATE TABLE mine (id int)')

    const seenByOther = await query(second.ownerUrl, `SELECT to_regclass('mine') AS table`)

    expect(seenByOther).toEqual([{ table: null }])
  })

  it('lets the service in, and only as the service', async () => {
    const rows = await query(
      first.url,
      'SELECT current_database() AS name, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super',
    )

    expect(rows).toEqual([{ name: first.name, super: false }])
  })

  it('has the tables of the migrations, which the service may use and not own', async () => {
    const migrated = await createTestDatabase()

    const tables = await query(
      migrated.url,
      `SELECT count(*) FILTER (WHERE tableowner = 'countersign_owner') > 0 AS some,
              count(*) FILTER (WHERE tableowner = current_user) AS own
       FROM pg_tables WHERE schemaname = 'public'`,
    )

    expect(tables).toEqual([{ some: true, own: '0' }])
    await migrated.drop()
  })

  it('is gone after it was dropped, even while somebody is connected', async () => {
    const third = await createTestDatabase({ isMigrated: false })
    const client = new Client({ connectionString: third.url })
    client.on('error', () => undefined)
    await client.connect()

    await third.drop()

    await expect(query(third.url, 'SELECT 1')).rejects.toThrow(/does not exist/)
    await client.end()
  })
})
