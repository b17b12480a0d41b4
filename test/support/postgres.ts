import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier } from 'pg'
import { OWNER_ROLE } from '../../src/store/embedded/init-cluster.ts'
import { serverOfWorker } from './server-of-worker.ts'
import type { TestServer } from './test-server.ts'

export interface TestDatabase {
  /** The login of the service, which may do only what the migrations grant. */
  readonly url: string
  /** A superuser, for what the service must not be able to do. */
  readonly ownerUrl: string
  readonly name: string
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** Default true: a clone of the migrated template. False: an empty database, for tests of the migrations. */
  readonly isMigrated?: boolean
}

/** A database of its own for a test file; cloning the template takes some ten milliseconds. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await serverOfWorker()
  const name = `countersign_test_${server.runId}_${randomBytes(5).toString('hex')}`
  await asAdmin(server.adminUrl, async (client) => {
    const template = options.isMigrated === false ? 'template0' : await ensureTemplate(client, server)
    await createDatabase(client, name, template, server.app.user)
  })
  const app = new URL(server.adminUrl)
  app.username = server.app.user
  app.password = server.app.password
  return {
    name,
    url: withDatabase(app.href, name),
    ownerUrl: withDatabase(server.adminUrl, name),
    drop: () =>
      asAdmin(server.adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
      }),
  }
}

/** Makes the template ahead of the first test file, whose time it would count against. */
export async function prepareTemplate(server: TestServer): Promise<void> {
  await asAdmin(server.adminUrl, async (client) => {
    await ensureTemplate(client, server)
  })
}

/**
 * The first who needs the template migrates it under an advisory lock; it gets its name only when it is complete, so a
 * worker that dies in between leaves no half-made template to the others.
 */
async function ensureTemplate(client: Client, server: TestServer): Promise<string> {
  const template = `countersign_test_${server.runId}_template`
  if (await exists(client, template)) return template
  await client.query('SELECT pg_advisory_lock(hashtext($1))', [template])
  try {
    if (await exists(client, template)) return template
    const building = `${template}_building`
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(building)} WITH (FORCE)`)
    await createDatabase(client, building, 'template0', server.app.user)
    await migrateTemplate(withDatabase(server.adminUrl, building), server.app.user)
    // A connection that the migration closed may take a moment to go; none may be left for the renaming.
    await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [building])
    await client.query(`ALTER DATABASE ${escapeIdentifier(building)} RENAME TO ${escapeIdentifier(template)}`)
    return template
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtext($1))', [template])
  }
}

async function migrateTemplate(ownerUrl: string, appUser: string): Promise<void> {
  // Loaded only here: test files that find the template made need none of it.
  const { migrate } = await import('../../src/store/migrate.ts')
  await migrate({ ownerUrl, appUser })
}

/** Rights on the database itself are not copied from a template. */
async function createDatabase(client: Client, name: string, template: string, appUser: string): Promise<void> {
  const database = escapeIdentifier(name)
  await client.query(
    `CREATE DATABASE ${database} OWNER ${escapeIdentifier(OWNER_ROLE)} TEMPLATE ${escapeIdentifier(template)} ENCODING 'UTF8' STRATEGY WAL_LOG`,
  )
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`)
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${escapeIdentifier(appUser)}`)
}

async function exists(client: Client, database: string): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
  return rows.length > 0
}

async function asAdmin<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
