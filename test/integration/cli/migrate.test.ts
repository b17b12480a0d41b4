import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { openInstallation, runHere } from '../operations/installation.ts'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import type { Installation } from '../operations/installation.ts'

let installation: Installation
beforeEach(async () => {
  installation = await openInstallation({ database: { isMigrated: false } })
})
afterEach(() => installation.close())

function withAdmin(): Installation['variables'] {
  return { ...installation.variables, DATABASE_ADMIN_URL: installation.database.ownerUrl }
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function rightsOnTheLog(): Promise<readonly string[]> {
  return withClient(installation.database.url, async (client) => {
    const { rows } = await client.query<{ granted: string }>(`
      SELECT format('%s on %s', what, name) AS granted
        FROM unnest(ARRAY['audit_leaves', 'audit_entries']) AS name,
             unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS what
       WHERE has_table_privilege(name, what)
          OR (what IN ('INSERT', 'UPDATE') AND has_any_column_privilege(name, what)) ORDER BY 1`)
    return rows.map(({ granted }) => granted)
  })
}

async function auditFinding(): Promise<Finding | undefined> {
  const { printed } = await installation.run('doctor', '--json')
  return (JSON.parse(printed) as readonly Finding[]).find(({ name }) => name === 'Audit log')
}

describe('migrate with DATABASE_ADMIN_URL', () => {
  it('gives the service’s login insert and select on the audit log, and no more', async () => {
    const { exitCode, printed } = await runHere(['migrate', '--json'], withAdmin())

    expect(exitCode).toBe(0)
    expect((JSON.parse(printed) as { applied: unknown[] }).applied.length).toBeGreaterThan(0)
    expect(await rightsOnTheLog()).toEqual([
      'INSERT on audit_entries',
      'INSERT on audit_leaves',
      'SELECT on audit_entries',
      'SELECT on audit_leaves',
    ])
    expect(await auditFinding()).toMatchObject({ ok: true, detail: 'this service may append and read, not change' })
  })

  it.each([
    ['UPDATE audit_leaves SET at = now()', 'permission denied'],
    ['DELETE FROM audit_entries', 'permission denied'],
    ['TRUNCATE audit_leaves', 'permission denied'],
    ['ALTER TABLE audit_leaves DISABLE TRIGGER ALL', 'must be owner'],
    ['DROP TABLE audit_entries', 'must be owner'],
    ['CREATE TABLE public.shadow (a int)', 'permission denied'],
  ])('then refuses the service: %s', async (statement, reason) => {
    await runHere(['migrate'], withAdmin())

    await expect(withClient(installation.database.url, (client) => client.query(statement))).rejects.toThrow(reason)
  })

  it('has nothing to do the second time', async () => {
    await runHere(['migrate'], withAdmin())

    expect(await runHere(['migrate'], withAdmin())).toMatchObject({
      exitCode: 0,
      printed: 'The tables are up to date.',
    })
  })
})

describe('migrate without DATABASE_ADMIN_URL', () => {
  it('works where the login owns the database, and doctor says what that costs', async () => {
    const { username } = new URL(installation.database.url)
    await withClient(installation.database.ownerUrl, (client) =>
      client.query(`ALTER DATABASE "${installation.database.name}" OWNER TO ${username}`),
    )

    const { exitCode, printed } = await installation.run('migrate')

    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^Applied: /)
    expect(await rightsOnTheLog()).toContain('UPDATE on audit_leaves')
    expect((await auditFinding())?.detail).toContain('protected by its checkpoints alone')
  })

  it('says what is missing where the login may not make tables', async () => {
    const { exitCode, complained } = await installation.run('migrate')

    expect(exitCode).toBe(1)
    expect(complained).toContain('permission denied')
    expect(complained).not.toMatch(/^ {4}at /m)
  })
})

describe('migrate where the server is away', () => {
  it('says which one, as whom, and why, and never the password', async () => {
    const away = { ...installation.variables, DATABASE_URL: 'postgres://app:hidden-word@127.0.0.1:1/shop' }

    const { exitCode, complained } = await runHere(['migrate'], away)

    expect(exitCode).toBe(1)
    expect(complained).toMatch(/^The database shop at 127.0.0.1:1 as app cannot be used: connect ECONNREFUSED/)
    expect(complained).not.toContain('hidden-word')
    expect(complained).not.toMatch(/^ {4}at /m)
  })
})
