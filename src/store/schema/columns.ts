import { customType, sql, timestamp } from '../drizzle.ts'

export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
})
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' })

export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 6 })
export const now = sql`clock_timestamp()`
export const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`)
