import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { runTransaction } from '../../../src/store/unit-of-work.ts'
import { openTestStores } from './open-test-stores.ts'
import type { TestStores } from './open-test-stores.ts'

let database: TestDatabase
let replica: TestStores

beforeAll(async () => {
  database = await createTestDatabase()
  replica = await openTestStores(database.url)
})
afterAll(async () => {
  await replica.close()
  await database.drop()
})

const holders = async (): Promise<string[]> => {
  const { rows } = await replica.pool.query<{ name: string }>('SELECT name FROM leases ORDER BY name')
  return rows.map((row) => row.name)
}
const failWith = (code: string) => sql.raw(`DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '${code}'; END $$`)

describe('a unit of work', () => {
  it('keeps all of it or nothing', async () => {
    await replica.unitOfWork.run((stores) => stores.leases.hold('kept', 'ana', 1000))
    const failing = replica.unitOfWork.run(async (stores) => {
      await stores.leases.hold('lost', 'ana', 1000)
      throw new Error('no')
    })

    await expect(failing).rejects.toThrow('no')
    expect(await holders()).toEqual(['kept'])
  })

  it.each(['40001', '40P01'])('is done again from the start after %s, and then kept once', async (code) => {
    let tries = 0

    await runOnPool(async (fail) => {
      tries += 1
      if (tries < 4) await fail(code)
    })

    expect(tries).toBe(4)
  })

  it('is given up after three more tries', async () => {
    let tries = 0

    const endless = runOnPool(async (fail) => {
      tries += 1
      await fail('40001')
    })

    await expect(endless).rejects.toMatchObject({ cause: { code: '40001' } })
    expect(tries).toBe(4)
  })

  it('is not done again after any other error', async () => {
    let tries = 0

    const wrong = runOnPool(async (fail) => {
      tries += 1
      await fail('23505')
    })

    await expect(wrong).rejects.toMatchObject({ cause: { code: '23505' } })
    expect(tries).toBe(1)
  })

  it('does not pass for kept when the error of a statement was swallowed', async () => {
    const swallowed = runTransaction(replica.pool, async (db) => {
      await db.execute(sql`INSERT INTO leases (name, owner, until) VALUES ('swallowed', 'x', now())`)
      await db.execute(sql`SELECT 1 / 0`).catch(() => undefined)
    })

    await expect(swallowed).rejects.toMatchObject({ code: 'rolled_back' })
    expect(await holders()).not.toContain('swallowed')
  })

  it('is lost with its connection, and the next one works', async () => {
    const cut = runTransaction(replica.pool, async (db) => {
      const { rows } = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
      await asOwner(`SELECT pg_terminate_backend(${rows[0]!.pid}, 5000)`)
      await db.execute(sql`SELECT 1`)
    })

    await expect(cut).rejects.toThrow()
    expect(await holders()).toContain('kept')
  })

  it('says that nobody knows when the connection breaks in the COMMIT', async () => {
    // A deferred trigger runs within the COMMIT and ends its own connection there.
    await asOwner(`
      CREATE FUNCTION end_myself() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON replicas DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION end_myself()`)

    const cut = runTransaction(replica.pool, (db) =>
      db.execute(sql`INSERT INTO replicas (id, role, version) VALUES ('r', 'all', '1')`),
    )

    await expect(cut).rejects.toMatchObject({ code: 'commit_unknown', retryable: false })
    await asOwner('DROP TRIGGER ends ON replicas')
  })
})

async function runOnPool(work: (fail: (code: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  const { createUnitOfWork } = await import('../../../src/store/unit-of-work.ts')
  const unitOfWork = createUnitOfWork(
    replica.pool,
    (db) => ({ fail: (code: string) => db.execute(failWith(code)) }) as never,
  )
  await unitOfWork.run((stores) => work((stores as unknown as { fail: (code: string) => Promise<unknown> }).fail))
}

async function asOwner(statement: string): Promise<void> {
  const owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
  try {
    await owner.query(statement)
  } finally {
    await owner.end()
  }
}
