import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'

/** A number of milliseconds as a Postgres interval. */
export function milliseconds(value: number): SQL {
  return sql`(${value}::float8 * interval '1 millisecond')`
}
