import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { checkpointAudit } from '../../../src/orchestrator/checkpoint-audit.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

/**
 * T37: every way to change the log, by every role. What a role may not do is refused; what its owner or a superuser can
 * do in the end is found by the verifier, which needs nothing of the database but the export.
 */
const NOW = new Date()
/** The month that the leaves of the test are in. */
const MONTH = `audit_leaves_${NOW.getUTCFullYear()}_${String(NOW.getUTCMonth() + 1).padStart(2, '0')}`
const TABLES = ['audit_leaves', 'audit_entries', MONTH, 'audit_leaves_default']
const HASH_COLUMN: Readonly<Record<string, string>> = { audit_entries: 'hash' }

const changesOf = (table: string): readonly string[] => [
  `UPDATE ${table} SET ${HASH_COLUMN[table] ?? 'event'} = 'x'`,
  `DELETE FROM ${table}`,
  `TRUNCATE ${table}`,
]
const alterationsOf = (table: string): readonly string[] => [
  `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
  `ALTER TABLE ${table} ADD COLUMN x int`,
  `ALTER TABLE ${table} OWNER TO CURRENT_USER`,
  `DROP TABLE ${table}`,
  `CREATE RULE nothing AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
  `CREATE TRIGGER mine BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()`,
  `GRANT UPDATE ON ${table} TO CURRENT_USER`,
]

async function as<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function openFilled(): Promise<AuditWorld> {
  const world = await openAuditWorld()
  await world.append(6)
  await sequenceAllAudit(world.deps.sequencer, 60_000)
  await checkpointAudit(world.deps)
  return world
}

/** A GRANT of what one does not own answers with a warning only; the rights are looked at besides. */
const REFUSED = /permission denied|must be owner|must be superuser|no privileges were granted/

describe('the login of the service', () => {
  let world: AuditWorld
  beforeAll(async () => {
    world = await openFilled()
  })
  afterAll(() => world.close())

  it.each([
    ...TABLES.flatMap((table) => [...changesOf(table), ...alterationsOf(table)]),
    ...[MONTH, 'audit_leaves_default'].flatMap((month) => [
      `INSERT INTO ${month} (entry_id, event, bytes, leaf_hash) VALUES ('x', 'x', 'x', 'x')`,
      `SELECT * FROM ${month}`,
      `ALTER TABLE audit_leaves DETACH PARTITION ${month}`,
    ]),
    'COPY audit_leaves FROM STDIN',
    `COPY ${MONTH} FROM STDIN`,
    'CREATE TABLE audit_leaves_x PARTITION OF audit_leaves FOR VALUES FROM (MAXVALUE) TO (MAXVALUE)',
    'CREATE OR REPLACE FUNCTION audit_make_months() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
    'ALTER FUNCTION audit_make_months() SECURITY INVOKER',
    'ALTER FUNCTION audit_make_months() RESET search_path',
    'DROP FUNCTION audit_make_months()',
    'DROP FUNCTION audit_fill_entry() CASCADE',
    'SET session_replication_role = replica',
    'SET ROLE countersign_owner',
    'DELETE FROM audit_sequencer',
  ])('is refused: %s', async (statement) => {
    await as(world.test.url, async (client) => {
      const notices: string[] = []
      client.on('notice', ({ message }) => notices.push(message ?? ''))
      const outcome = await client.query(statement).then(
        () => notices.join(),
        (error: unknown) => String(error),
      )
      expect(outcome).toMatch(REFUSED)
    })
  })

  it('has months made, which belong to the owner and which it cannot change either', async () => {
    await as(world.test.ownerUrl, (owner) =>
      owner.query(`DO $$ DECLARE name text := (SELECT max(inhrelid::regclass::text) FROM pg_inherits
        WHERE inhparent = 'audit_leaves'::regclass AND inhrelid::regclass::text ~ '[0-9]$');
        BEGIN EXECUTE format('DROP TABLE %I', name); END $$`),
    )
    await as(world.test.url, async (client) => {
      const { rows } = await client.query<{ made: number }>('SELECT audit_make_months() AS made')
      const { rows: rights } = await client.query<{ owner: string; rights: boolean }>(
        `SELECT c.relowner::regrole::text AS owner,
                has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES') AS rights
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_leaves'::regclass`,
      )

      expect(rows[0]?.made).toBe(1)
      for (const month of rights) expect(month).toEqual({ owner: 'countersign_owner', rights: false })
    })
  })

  it('puts in an entry that has no leaf: nothing is numbered over it, and the lag tells', async () => {
    const other = await openFilled()
    await as(other.test.url, (client) =>
      client.query(`INSERT INTO audit_entries (seq, leaf_id, leaf_at, leaf_hash, prev_hash, hash)
        SELECT seq + 1, leaf_id + 100, leaf_at, leaf_hash, hash, hash FROM audit_entries WHERE seq = 6`),
    )
    await other.append(1)

    await expect(sequenceAllAudit(other.deps.sequencer, 60_000)).rejects.toThrow()

    expect((await other.deps.sequencer.readLag()).waiting).toBe(1)
    expect((await other.deps.sequencer.readHead()).size).toBe(6)
    await other.close()
  })

  it('could change the log if it had the rights and the triggers were gone, so it is they that refuse', async () => {
    const other = await openFilled()
    const { username } = new URL(other.test.url)
    await as(other.test.ownerUrl, (owner) =>
      owner.query(
        `GRANT UPDATE ON audit_entries TO ${username}; DROP TRIGGER audit_entries_append_only ON audit_entries`,
      ),
    )

    await as(other.test.url, (client) => client.query("UPDATE audit_entries SET hash = 'x' WHERE seq = 3"))

    await other.exportAll()
    expect(other.verify().code).toBe(1)
    await other.close()
  })
})

describe('the owner of the tables, whom nobody logs in as', () => {
  let world: AuditWorld
  beforeAll(async () => {
    world = await openFilled()
  })
  afterAll(() => world.close())

  it.each(TABLES.filter((table) => table !== 'audit_leaves_default').flatMap(changesOf))(
    'is refused by the triggers: %s',
    async (statement) => {
      await as(world.test.ownerUrl, async (client) => {
        await expect(client.query(`SET ROLE countersign_owner; ${statement}`)).rejects.toThrow(
          'The audit log is append-only',
        )
      })
    },
  )

  it.each(['SET session_replication_role = replica', 'ALTER SYSTEM SET fsync = off'])(
    'is refused by the server: %s',
    async (statement) => {
      await as(world.test.ownerUrl, async (client) => {
        await client.query('SET ROLE countersign_owner')
        await expect(client.query(statement)).rejects.toThrow('permission denied')
      })
    },
  )
})

describe('what the owner or a superuser does all the same is found by the verifier', () => {
  let world: AuditWorld
  beforeEach(async () => {
    world = await openFilled()
  })
  afterEach(() => world.close())

  const OWNER = 'SET ROLE countersign_owner'
  const SUPERUSER = 'SET session_replication_role = replica'
  const UNCHECKED = 'ALTER TABLE audit_leaves DROP CONSTRAINT audit_leaves_hash'
  it.each([
    [
      OWNER,
      'ALTER TABLE audit_leaves DISABLE TRIGGER ALL',
      UNCHECKED,
      "UPDATE audit_leaves SET bytes = 'x' WHERE id = 3",
    ],
    [OWNER, `ALTER TABLE ${MONTH} DISABLE TRIGGER ALL`, `DELETE FROM ${MONTH} WHERE id = 3`],
    [OWNER, 'ALTER TABLE audit_entries DISABLE TRIGGER ALL', "UPDATE audit_entries SET hash = 'x' WHERE seq = 3"],
    [OWNER, 'ALTER TABLE audit_entries DISABLE TRIGGER ALL', 'DELETE FROM audit_entries WHERE seq > 3'],
    [OWNER, 'DROP TRIGGER audit_entries_no_truncate ON audit_entries', 'TRUNCATE audit_entries'],
    [OWNER, `DROP TRIGGER audit_leaves_no_truncate ON ${MONTH}`, `TRUNCATE ${MONTH}`],
    [OWNER, `DROP TABLE ${MONTH}`],
    [OWNER, `ALTER TABLE audit_leaves DETACH PARTITION ${MONTH}`],
    [
      OWNER,
      'CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
      'DELETE FROM audit_leaves WHERE id = 3',
    ],
    [SUPERUSER, UNCHECKED, "UPDATE audit_leaves SET bytes = 'x' WHERE id = 3"],
    [SUPERUSER, 'DELETE FROM audit_leaves WHERE id = 3'],
    [SUPERUSER, 'DELETE FROM audit_entries WHERE seq = 3'],
    [SUPERUSER, `DELETE FROM ${MONTH}`],
  ])('%s; %s; %s', async (...statements) => {
    await as(world.test.ownerUrl, async (client) => {
      for (const statement of statements) await client.query(statement)
    })

    await world.exportAll()

    expect(world.verify()).toMatchObject({ code: 1 })
  })

  it('and without any of it the same log verifies, so it is the change that is found', async () => {
    await world.exportAll()

    expect(world.verify()).toMatchObject({ code: 0 })
  })
})
