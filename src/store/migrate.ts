import { fileURLToPath } from 'node:url'
import { readMigrationFiles, sql } from './drizzle.ts'
import type { MigrationMeta } from 'drizzle-orm/migrator'
import { Client } from 'pg'
import { AppError } from '../kernel/errors.ts'
import type { Database } from './database.ts'
import { assumeOwnerRole } from './owner-role.ts'
import { grantToApplication } from './grants.ts'
import { installJobTables, prepareJobSchema } from './job-tables.ts'

/**
 * Brings the tables up to date, as their owner. Any number of replicas may call it at once: one works, the others wait
 * for its advisory lock and then find nothing to do. All of it is one transaction, so that half a migration never stands.
 */
export interface MigrateOptions {
  /** DATABASE_ADMIN_URL, or DATABASE_URL where there is no separate owner. */
  readonly ownerUrl: string
  /** The role the service logs in as; equal to the owner's login when there is only one. */
  readonly appUser: string
}

export interface MigrationReport {
  /** Names of the migrations applied now; empty when all stood already. */
  readonly applied: readonly string[]
}

class MigrationError extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('migration_failed', message, false, options)
  }
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))
/** Spells "countersign" on a phone, so that it meets no other program's advisory lock. */
const ADVISORY_LOCK = 26868377446
const SCHEMA = 'countersign_meta'
const LEDGER = `${SCHEMA}.migrations`

export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'countersign-migrate' })
  await client.connect()
  try {
    await refuseOldServer(client)
    if (await standsComplete(client, options.appUser)) return { applied: [] }
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    await assumeOwnerRole(client, options.appUser)
    const applied = await applyPending(client)
    await grantToApplication(client, options.appUser)
    await prepareJobSchema(client, options.appUser)
    await client.query('COMMIT')
    await installJobTables(client, options.appUser)
    await client.query(`INSERT INTO ${SCHEMA}.grants (role_name) VALUES ($1) ON CONFLICT DO NOTHING`, [options.appUser])
    return { applied }
  } finally {
    await client.end()
  }
}

async function refuseOldServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version")
  const version = Number(rows[0]?.version)
  if (version >= 150_000) return
  throw new MigrationError(
    `This PostgreSQL is version ${String(Math.floor(version / 10_000))}; Countersign needs 15 or later. Upgrade it, or point DATABASE_URL at a newer one.`,
  )
}

/** The common case at every start: one look, no lock, nothing written. */
async function standsComplete(client: Client, appUser: string): Promise<boolean> {
  const { rows } = await client.query<{ known: boolean }>(`SELECT to_regclass('${LEDGER}') IS NOT NULL AS known`)
  if (rows[0]?.known !== true) return false
  if ((await listPending(client)).length > 0) return false
  const { rows: grants } = await client.query<{ granted: boolean }>(
    `SELECT count(*) > 0 AS granted FROM ${SCHEMA}.grants WHERE role_name = $1`,
    [appUser],
  )
  return grants[0]?.granted === true
}

async function applyPending(client: Client): Promise<readonly string[]> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`)
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${LEDGER} (
       made_at bigint PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
  )
  await client.query(`CREATE TABLE IF NOT EXISTS ${SCHEMA}.grants (role_name text PRIMARY KEY)`)
  const pending = await listPending(client)
  for (const migration of pending) {
    for (const statement of migration.sql) await client.query(statement)
    await client.query(`INSERT INTO ${LEDGER} (made_at, hash) VALUES ($1, $2)`, [
      migration.folderMillis,
      migration.hash,
    ])
  }
  // New tables need new grants, for every role that has some.
  if (pending.length > 0) await client.query(`DELETE FROM ${SCHEMA}.grants`)
  return pending.map((migration) => new Date(migration.folderMillis).toISOString())
}

/** Migrations of a newer build that this one does not know are left alone: rolling back the program stays possible. */
async function listPending(client: Client): Promise<readonly MigrationMeta[]> {
  const { rows } = await client.query<{ made_at: string; hash: string }>(`SELECT made_at, hash FROM ${LEDGER}`)
  const applied = new Map(rows.map((row) => [Number(row.made_at), row.hash]))
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).filter((migration) => {
    const hash = applied.get(migration.folderMillis)
    if (hash !== undefined && hash !== migration.hash) {
      throw new MigrationError(
        `A migration of ${new Date(migration.folderMillis).toISOString()} was edited after this database had applied it. Restore the file and add a new migration instead.`,
      )
    }
    return hash === undefined
  })
}

/** For readiness: whether every migration of this build is applied. */
export async function isMigrated(db: Database): Promise<boolean> {
  const { rows: known } = await db.execute(sql`SELECT FROM pg_class WHERE oid = to_regclass(${LEDGER})`)
  if (known.length === 0) return false
  const { rows } = await db.execute<{ made_at: number | string }>(sql.raw(`SELECT made_at FROM ${LEDGER}`))
  const applied = new Set(rows.map((row) => Number(row.made_at)))
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).every((file) => applied.has(file.folderMillis))
}
