import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { auditProtection } from '../../../src/store/audit-protection.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { isMigrated, migrate } from '../../../src/store/migrate.ts'
import { openTestStores } from './open-test-stores.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ isMigrated: false })
})
afterEach(() => database.drop())

const appUser = (): string => new URL(database.url).username

async function asOwner<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: database.ownerUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

describe('migrating', () => {
  it('is done once by five replicas at the same time, and then has nothing to do', async () => {
    const options = { ownerUrl: database.ownerUrl, appUser: appUser() }

    const reports = await Promise.all([1, 2, 3, 4, 5].map(() => migrate(options)))
    const again = await migrate(options)

    expect(reports.filter((report) => report.applied.length > 0)).toHaveLength(1)
    expect(again.applied).toEqual([])
  })

  it('gives the tables to a role that nobody logs in as, and readiness is told', async () => {
    const before = await openDatabase({ url: database.ownerUrl, applicationName: 'test', maxConnections: 1 })
    expect(await isMigrated(before.db)).toBe(false)
    await before.close()

    await migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })

    const after = await openDatabase({ url: database.url, applicationName: 'test', maxConnections: 1 })
    const { rows } = await after.pool.query<{ owner: string }>(
      "SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'",
    )
    expect(await isMigrated(after.db)).toBe(true)
    await after.close()
    expect(rows).toEqual([{ owner: 'countersign_owner' }])
  })

  it('works where one login owns everything, and then the log is reported as unprotected', async () => {
    await asOwner((client) => client.query(`ALTER DATABASE "${database.name}" OWNER TO ${appUser()}`))

    await migrate({ ownerUrl: database.url, appUser: appUser() })

    const replica = await openTestStores(database.url)
    await replica.stores.jobs.enqueue('clock.tick', {})
    const { isProtected, gaps } = await auditProtection(replica.db)
    await replica.close()
    expect(isProtected).toBe(false)
    expect(gaps).toContain('owner of audit_leaves')
  })

  it('works for an owner login that is no superuser', async () => {
    const login = new URL(database.ownerUrl)
    await asOwner(async (client) => {
      const name = `owner_${database.name}`
      await client.query(`CREATE ROLE ${name} LOGIN CREATEROLE PASSWORD 'secret'`)
      await client.query(`GRANT countersign_owner TO ${name}`)
      await client.query(`ALTER DATABASE "${database.name}" OWNER TO ${name}`)
      ;[login.username, login.password] = [name, 'secret']
    })

    await migrate({ ownerUrl: login.href, appUser: appUser() })

    const replica = await openTestStores(database.url)
    await replica.stores.jobs.enqueue('clock.tick', {})
    expect(await auditProtection(replica.db)).toMatchObject({ isProtected: true })
    await replica.close()
    await asOwner(async (client) => {
      await client.query(`ALTER DATABASE "${database.name}" OWNER TO countersign_owner`)
      await client.query(`DROP OWNED BY ${login.username}; DROP ROLE ${login.username}`)
    })
  })

  it('refuses a migration that was edited after it was applied', async () => {
    await migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })
    await asOwner((client) => client.query("UPDATE countersign_meta.migrations SET hash = 'another'"))

    await expect(migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })).rejects.toMatchObject({
      code: 'migration_failed',
    })
  })

  it('leaves migrations of a newer build alone', async () => {
    await migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })
    await asOwner((client) => client.query("INSERT INTO countersign_meta.migrations VALUES (9999999999999, 'newer')"))

    expect((await migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })).applied).toEqual([])
  })
})
