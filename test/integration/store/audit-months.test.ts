import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { readMigrationFiles } from '../../../src/store/drizzle.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'

const MIGRATIONS = readMigrationFiles({
  migrationsFolder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
})
/** The tables as they were before the log was split by month. */
const BEFORE = MIGRATIONS.slice(
  0,
  MIGRATIONS.findIndex(({ sql }) => sql.join().includes('audit_make_months')),
)

let database: TestDatabase
let owner: Client
beforeEach(async () => {
  database = await createTestDatabase({ isMigrated: false })
  owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
})
afterEach(async () => {
  await owner.end()
  await database.drop()
})

const appUser = (): string => new URL(database.url).username
const upgrade = () => migrate({ ownerUrl: database.ownerUrl, appUser: appUser() })

/** As a database stands that an earlier build made and filled. */
async function oldInstallation(leaves: number): Promise<void> {
  await owner.query('GRANT CREATE, USAGE ON SCHEMA public TO countersign_owner; SET ROLE countersign_owner')
  await owner.query(`CREATE SCHEMA countersign_meta;
    CREATE TABLE countersign_meta.migrations (made_at bigint PRIMARY KEY, hash text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE countersign_meta.grants (role_name text PRIMARY KEY)`)
  for (const { sql, folderMillis, hash } of BEFORE) {
    for (const statement of sql) await owner.query(statement)
    await owner.query('INSERT INTO countersign_meta.migrations (made_at, hash) VALUES ($1, $2)', [folderMillis, hash])
  }
  await owner.query(
    `INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash, at)
     SELECT 'e' || n, 'note.added', convert_to(n::text, 'UTF8'),
            encode(sha256('\\x00'::bytea || convert_to(n::text, 'UTF8')), 'hex'), clock_timestamp() - n * interval '9 days'
       FROM generate_series(1, $1::int) AS n`,
    [leaves],
  )
  await owner.query(`INSERT INTO audit_entries (seq, leaf_id, prev_hash, hash)
    SELECT id, id, repeat('0', 64), leaf_hash FROM audit_leaves WHERE id % 5 <> 0`)
  await owner.query('RESET ROLE')
}

const leaves = async (): Promise<unknown[]> =>
  (
    await owner.query<Record<string, unknown>>(
      'SELECT id, xid::text, at, entry_id, event, bytes, leaf_hash FROM audit_leaves ORDER BY id',
    )
  ).rows
const partitions = async (): Promise<readonly { readonly name: string; readonly bound: string }[]> =>
  (
    await owner.query<{ name: string; bound: string }>(
      `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
         JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_leaves'::regclass ORDER BY 1`,
    )
  ).rows

describe('the log by month', () => {
  it('takes over what an earlier build wrote, byte for byte, with its places', async () => {
    await oldInstallation(100)
    const before = await leaves()

    await upgrade()

    expect(await leaves()).toEqual(before)
    const { rows } = await owner.query<{ fitting: number }>(
      `SELECT count(*)::int AS fitting FROM audit_entries e
         JOIN audit_leaves l ON l.id = e.leaf_id AND l.at = e.leaf_at AND l.leaf_hash = e.leaf_hash`,
    )
    expect(rows[0]?.fitting).toBe(80)
    const months = await partitions()
    expect(months).toHaveLength(5)
    expect(months[0]?.bound).toMatch(/^FOR VALUES FROM \(MINVALUE\) TO \('\d{4}-\d{2}-01 00:00:00\+00'\)$/)
    expect(months.at(-1)).toEqual({ name: 'audit_leaves_default', bound: 'DEFAULT' })
  })

  it('lets a sequencer of the earlier build go on', async () => {
    await oldInstallation(5)
    await upgrade()
    const service = new Client({ connectionString: database.url })
    await service.connect()

    await service.query("INSERT INTO audit_entries (seq, leaf_id, prev_hash, hash) VALUES (5, 5, repeat('0', 64), 'x')")

    await service.end()
    const { rows } = await owner.query<{ fits: boolean }>(
      `SELECT e.leaf_hash = l.leaf_hash AND e.leaf_at = l.at AS fits
         FROM audit_entries e JOIN audit_leaves l ON l.id = e.leaf_id WHERE e.seq = 5`,
    )
    expect(rows).toEqual([{ fits: true }])
  })

  it('takes a leaf also where no month was made for it', async () => {
    await upgrade()
    const months = (await partitions()).map(({ name }) => name).filter((name) => /\d$/.test(name))
    for (const month of months) await owner.query(`DROP TABLE ${month}`)
    const service = new Client({ connectionString: database.url })
    await service.connect()

    await service.query(
      `INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash)
       VALUES ('a', 'note.added', 'x', encode(sha256('\\x00'::bytea || 'x'), 'hex'))`,
    )
    const { rows } = await service.query<{ made: number }>('SELECT audit_make_months() AS made')
    const again = await service.query<{ made: number }>('SELECT audit_make_months() AS made')

    await service.end()
    // The current month has its leaf in the default partition and stays there.
    expect(rows[0]?.made).toBe(3)
    expect(again.rows[0]?.made).toBe(0)
    expect(await leaves()).toHaveLength(1)
  })
})
