import type { PgTable } from 'drizzle-orm/pg-core'
import { getTableColumns } from './drizzle.ts'

/** A row as `row_to_json`, `json_agg` or `to_jsonb` hands it out: the columns' own names, times as text. */
export type RowJson = Readonly<Record<string, unknown>>

/** The same row as the query builder hands it out, so that what it becomes is written down once. */
export function rowFromJson<Table extends PgTable>(table: Table, json: RowJson): Table['$inferSelect'] {
  const columns = Object.entries(getTableColumns(table))
  return Object.fromEntries(
    columns.map(([key, column]) => {
      const value = json[column.name] ?? null
      return [key, value === null ? null : column.mapFromDriverValue(value)]
    }),
  )
}
