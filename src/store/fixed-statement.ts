import type { SQL } from 'drizzle-orm'
import { types } from 'pg'
import type { CustomTypesConfig, PoolClient } from 'pg'
import { is, PgDialect, Placeholder, sql } from './drizzle.ts'
import type { Database } from './database.ts'

/** `value('fence')` stands for what is handed in under that name each time. */
export type ValueOf<Values> = (name: keyof Values & string) => SQL

export type FixedStatement<Values, Row> = (db: Database, values: Values) => Promise<readonly Row[]>

/**
 * A statement whose text never changes, put together once. Drizzle puts a text together anew each time it is executed,
 * which takes several times as long as handing it to the driver: that counts where a run asks this of the database at
 * every step. What comes back is as `db.execute` hands it out.
 */
export function fixedStatement<Values extends object, Row extends object>(
  build: (value: ValueOf<Values>) => SQL,
): FixedStatement<Values, Row> {
  let made: Made | undefined
  return async (db, values) => {
    made ??= make(build((name) => sql`${sql.placeholder(name)}`))
    const { text, params } = made
    const given = params.map((param) => (param instanceof Named ? values[param.name as keyof Values] : param))
    const { rows } = await clientOf(db).query<Row & Record<string, unknown>>({ text, types: AS_DRIZZLE }, given)
    return rows
  }
}

interface Made {
  readonly text: string
  readonly params: readonly unknown[]
}

class Named {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

function make(statement: SQL): Made {
  const query = new PgDialect().sqlToQuery(statement)
  return {
    text: query.sql,
    params: query.params.map((param) => (is(param, Placeholder) ? new Named(param.name) : param)),
  }
}

/** The pool, or the connection of a transaction: what a handle of drizzle asks itself. */
function clientOf(db: Database): Pick<PoolClient, 'query'> {
  return (db as unknown as { readonly session: { readonly client: PoolClient } }).session.client
}

const { builtins } = types
const STAYS_TEXT: ReadonlySet<number> = new Set([
  builtins.TIMESTAMPTZ,
  builtins.TIMESTAMP,
  builtins.DATE,
  builtins.INTERVAL,
])
const asText = (value: string): string => value

/** Times stay text, as drizzle leaves them, so that one mapping of rows fits both. */
const AS_DRIZZLE: CustomTypesConfig = {
  getTypeParser: (id, format) => (STAYS_TEXT.has(id) ? asText : parserOf(id, format)),
}

function parserOf(...asked: Parameters<CustomTypesConfig['getTypeParser']>): (value: string) => unknown {
  return types.getTypeParser(...asked) as (value: string) => unknown
}
