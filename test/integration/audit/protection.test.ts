import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { auditProtection } from '../../../src/store/audit-protection.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld

beforeAll(async () => {
  world = await openAuditWorld()
  await world.append(3)
  await sequenceAllAudit(world.deps.sequencer, 60_000)
})
afterAll(() => world.close())

const ATTEMPTS = ['audit_leaves', 'audit_entries'].flatMap((table) => [
  `UPDATE ${table} SET ${table === 'audit_leaves' ? 'event' : 'hash'} = 'x'`,
  `DELETE FROM ${table}`,
  `TRUNCATE ${table} CASCADE`,
  `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
  `ALTER TABLE ${table} ADD COLUMN x int`,
  `DROP TABLE ${table} CASCADE`,
  `DROP TRIGGER ${table}_append_only ON ${table}`,
  `CREATE RULE nothing AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
  `CREATE INDEX ON ${table} (hash)`,
])

async function as<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The months of the leaves, each a table of its own, and the one for what has no month. */
async function months(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_leaves'::regclass ORDER BY 1",
  )
  return rows.map((row) => row.name)
}

describe('the login of the service', () => {
  it.each([
    ...ATTEMPTS,
    'DELETE FROM audit_sequencer',
    'INSERT INTO audit_leaves (id, entry_id, event, bytes, leaf_hash) VALUES (1, $$x$$, $$x$$, $$x$$, $$x$$)',
    "INSERT INTO audit_leaves (xid, entry_id, event, bytes, leaf_hash) VALUES ('9', $$x$$, $$x$$, $$x$$, $$x$$)",
    'INSERT INTO audit_leaves (at, entry_id, event, bytes, leaf_hash) VALUES (now(), $$x$$, $$x$$, $$x$$, $$x$$)',
    "COPY audit_leaves FROM PROGRAM 'cat /dev/null'",
    'SET ROLE countersign_owner',
    'SET session_replication_role = replica',
    'ALTER FUNCTION audit_refuse_change() RENAME TO gone',
    'CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
  ])('is refused: %s', async (statement) => {
    await as(world.test.url, async (client) => {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner|must be superuser/)
    })
  })

  it('may not put in a leaf whose hash is not that of its bytes', async () => {
    const statement = "INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash) VALUES ('x', 'x', 'x', 'x')"

    await as(world.test.url, async (client) => {
      await expect(client.query(statement)).rejects.toThrow('audit_leaves_hash')
    })
  })

  it('is reported as unable to alter the log', async () => {
    expect(await auditProtection(world.db)).toEqual({ isProtected: true, gaps: [] })
  })
})

describe('the owner of the tables', () => {
  const CHANGES = ATTEMPTS.filter((statement) => /^(UPDATE|DELETE|TRUNCATE)/.test(statement))

  it.each(CHANGES)('is refused by the triggers: %s', async (statement) => {
    await as(world.test.ownerUrl, async (client) => {
      await expect(client.query(`SET ROLE countersign_owner; ${statement}`)).rejects.toThrow(
        'The audit log is append-only',
      )
    })
  })

  it.each(CHANGES)('can do it when the triggers are gone, so it is they that refuse: %s', async (statement) => {
    await as(world.test.ownerUrl, async (client) => {
      await client.query('BEGIN')
      await client.query(`DROP TRIGGER audit_leaves_append_only ON audit_leaves;
        DROP TRIGGER audit_entries_append_only ON audit_entries; DROP TRIGGER audit_entries_no_truncate ON audit_entries`)
      for (const table of ['audit_leaves', ...(await months(client))]) {
        await client.query(`DROP TRIGGER audit_leaves_no_truncate ON ${table}`)
      }

      const { rowCount } = await client.query(statement.replace("hash = 'x'", 'hash = hash'))

      if (!statement.startsWith('TRUNCATE')) expect(rowCount).toBe(3)
      await client.query('ROLLBACK')
    })
  })

  it('is reported as able to alter the log', async () => {
    const owner = await openDatabase({ url: world.test.ownerUrl, applicationName: 'owner', maxConnections: 1 })

    const { isProtected, gaps } = await auditProtection(owner.db)
    await owner.close()

    expect(isProtected).toBe(false)
    expect(gaps).toContain('superuser')
  })
})
