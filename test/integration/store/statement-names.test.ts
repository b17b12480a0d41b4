import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { sql } from '../../../src/store/drizzle.ts'
import type { Database, OpenDatabase } from '../../../src/store/database.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let connection: OpenDatabase
let owner: Client

beforeAll(async () => {
  database = await createTestDatabase()
  connection = await openDatabase({ url: database.url, applicationName: 'names', maxConnections: 1 })
  owner = new Client({ connectionString: database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  await connection.close()
  await owner.end()
  await database.drop()
})

const names = async () => {
  const { rows } = await connection.db.execute<{ name: string; statement: string }>(
    sql`SELECT name, statement FROM pg_prepared_statements`,
  )
  return rows
}

describe('a statement with parameters', () => {
  it('is prepared when it comes the second time, and once', async () => {
    const ask = (id: string) => connection.db.execute(sql`SELECT id FROM incidents WHERE id = ${id}`)
    await ask('INC-1')
    const afterFirst = await names()
    await ask('INC-2')
    await ask('INC-3')

    const isOurs = ({ statement }: { readonly statement: string }) => statement.includes('FROM incidents')
    expect(afterFirst.filter(isOurs)).toHaveLength(0)
    expect((await names()).filter(isOurs)).toHaveLength(1)
  })

  it('goes on after an upgrade has added a column to what it reads', async () => {
    const readAll = (db: Database) => db.execute(sql`SELECT * FROM freezes WHERE reason = ${'none'}`)
    // Stores are not needed: the handle of the transaction is handed through.
    const unitOfWork = createUnitOfWork(connection.pool, (db) => db as unknown as Stores)
    const readInTransaction = () => unitOfWork.run((stores) => readAll(stores as unknown as Database))
    await readInTransaction()
    await readInTransaction()

    await owner.query('ALTER TABLE freezes ADD COLUMN added_later text')

    await expect(readInTransaction()).resolves.toMatchObject({ rows: [] })
    await expect(readInTransaction()).resolves.toMatchObject({ rows: [] })
  })

  it('goes on by itself where it stands alone, so that no run breaks off between two effects', async () => {
    const readAlone = () => connection.db.execute(sql`SELECT * FROM freezes WHERE reason = ${'alone'}`)
    await readAlone()
    await readAlone()

    await owner.query('ALTER TABLE freezes ADD COLUMN added_under_way text')

    await expect(readAlone()).resolves.toMatchObject({ rows: [] })
    await expect(readAlone()).resolves.toMatchObject({ rows: [] })
  })

  it('would be refused for good under its old name', async () => {
    const client = await connection.pool.connect()
    const ask = () => client.query({ name: 'fixed', text: 'SELECT * FROM freezes WHERE reason = $1' }, ['none'])
    await ask()
    await owner.query('ALTER TABLE freezes ADD COLUMN added_later_still text')

    await expect(ask()).rejects.toThrow('cached plan must not change result type')
    await expect(ask()).rejects.toThrow('cached plan must not change result type')
    client.release(true)
  })
})
