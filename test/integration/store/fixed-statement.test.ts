import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { sql } from '../../../src/store/drizzle.ts'
import { fixedStatement } from '../../../src/store/fixed-statement.ts'
import { runTransaction } from '../../../src/store/unit-of-work.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let open: OpenDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  open = await openDatabase({ url: database.url, applicationName: 'fixed', maxConnections: 2 })
})
afterAll(async () => {
  await open.close()
  await database.drop()
})

interface Values {
  readonly at: string
  readonly count: number | null
  readonly words: readonly string[]
  readonly bytes: Buffer
}

const VALUES: Values = { at: '2026-01-02T03:04:05.678901Z', count: 7, words: ['a,b', '"c"'], bytes: Buffer.from('é') }

const ECHO = fixedStatement<Values, Record<string, unknown>>(
  (value) => sql`
    SELECT ${value('at')}::timestamptz AS at, ${value('count')}::bigint AS count, ${value('count')}::int + 1 AS more,
           ${value('words')}::text[] AS words, ${value('bytes')}::bytea AS bytes, ${'fixed'}::text AS constant`,
)

it('says what the same statement says when drizzle puts it together', async () => {
  const { at, count, words, bytes } = VALUES
  const { rows } = await open.db.execute(sql`
    SELECT ${at}::timestamptz AS at, ${count}::bigint AS count, ${count}::int + 1 AS more,
           ${sql.param(words)}::text[] AS words, ${bytes}::bytea AS bytes, ${'fixed'}::text AS constant`)

  // The second time it has a name on its connection, and the third it is run by it.
  for (let time = 0; time < 3; time += 1) expect(await ECHO(open.db, VALUES)).toEqual(rows)
})

it('takes other values each time, also none', async () => {
  const [first] = await ECHO(open.db, VALUES)
  const [second] = await ECHO(open.db, { ...VALUES, count: null, words: [] })
  expect([first?.['count'], first?.['words']]).toEqual([7, ['a,b', '"c"']])
  expect([second?.['count'], second?.['more'], second?.['words']]).toEqual([null, null, []])
})

it('is part of the transaction whose handle it gets', async () => {
  const hold = fixedStatement<{ readonly name: string }, { readonly name: string }>(
    (value) => sql`
      INSERT INTO leases (name, owner, fence, until) VALUES (${value('name')}, 'ana', 1, now()) RETURNING name`,
  )
  const held = async () => (await open.db.execute(sql`SELECT name FROM leases ORDER BY name`)).rows

  const undone = runTransaction(open.pool, async (transaction) => {
    expect(await hold(transaction, { name: 'undone' })).toEqual([{ name: 'undone' }])
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  await runTransaction(open.pool, (transaction) => hold(transaction, { name: 'kept' }))

  expect(await held()).toEqual([{ name: 'kept' }])
})
