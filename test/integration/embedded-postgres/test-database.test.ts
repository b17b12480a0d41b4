import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { until } from './opener.ts'

jest.setTimeout(180_000)

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
              (count(*) FILTER (WHERE tableowner = current_user))::int AS own
       FROM pg_tables WHERE schemaname = 'public'`,
    )

    expect(tables).toEqual([{ some: true, own: 0 }])
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

describe('the server of a run', () => {
  it('is gone with its folder after a kill -9 of the run', async () => {
    const program = fileURLToPath(new URL('test-server-program.ts', import.meta.url))
    const { NODE_OPTIONS: _jests, TEST_DATABASE_URL: _external, ...env } = process.env
    const run = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    })
    const [adminUrl] = (await once(createInterface({ input: run.stdout }), 'line')) as [string]
    const [row] = (await query(adminUrl, 'SHOW data_directory')) as { data_directory: string }[]
    const home = dirname(dirname(row?.data_directory ?? ''))
    const wasThere = existsSync(home)

    run.kill('SIGKILL')

    await until(() => !existsSync(home))
    expect(wasThere).toBe(true)
    await expect(query(adminUrl, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
  })
})
