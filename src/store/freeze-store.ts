import { sql } from './drizzle.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { FreezeStore } from '../ports/freeze-store.ts'
import { storableText } from '../kernel/clean-text.ts'
import { milliseconds } from './milliseconds.ts'
import type { Database } from './database.ts'

export interface FreezeRow extends Record<string, unknown> {
  readonly id: number | string
  readonly service: string | null
  readonly reason: string
  readonly created_by: string
  readonly created_at: string
  readonly until: string
}

export const HOLDS = sql`lifted_at IS NULL AND until > clock_timestamp()`

/** `lifted_at` is null while nobody lifts it, and \`least\` takes no notice of a null. */
const ENDED_AT = sql`least(until, lifted_at)`

/** A freeze holds from its insert until its end by database time, or until it is lifted. */
export function createFreezeStore(db: Database): FreezeStore {
  const query = async (statement: ReturnType<typeof sql>) => {
    const { rows } = await db.execute<FreezeRow>(statement)
    return rows.map(toFreeze)
  }
  return {
    add: async ({ service, reason, createdBy, forMs }) => {
      const [freeze] = await query(sql`
        INSERT INTO freezes (service, reason, created_by, until)
        VALUES (${service}, ${storableText(reason)}, ${createdBy}, clock_timestamp() + ${milliseconds(forMs)})
        RETURNING *`)
      if (freeze === undefined) throw new Error('The freeze was inserted and did not come back.')
      return freeze
    },
    lift: (service, by) =>
      query(sql`
        UPDATE freezes SET lifted_at = clock_timestamp(), lifted_by = ${by}
         WHERE service IS NOT DISTINCT FROM ${service} AND ${HOLDS} RETURNING *`),
    findActive: async (services) => {
      const names = services.map((service) => sql`${service}`)
      const named = names.length === 0 ? sql`false` : sql`service IN (${sql.join(names, sql`, `)})`
      const found = await query(sql`
        SELECT * FROM freezes WHERE ${HOLDS} AND (service IS NULL OR ${named})
         ORDER BY service IS NULL DESC, until DESC LIMIT 1`)
      return found[0]
    },
    now: async () => {
      const { rows } = await db.execute<{ now: string }>(sql`SELECT clock_timestamp() AS now`)
      return new Date(rows[0]?.now ?? Number.NaN)
    },
    listActive: (since) =>
      since === undefined
        ? query(sql`SELECT * FROM freezes WHERE ${HOLDS} ORDER BY service IS NULL DESC, id`)
        : query(sql`
            SELECT id, service, reason, created_by, created_at, ${ENDED_AT} AS until FROM freezes
             WHERE ${ENDED_AT} > ${since.toISOString()} ORDER BY service IS NULL DESC, id`),
  }
}

export function toFreeze(row: FreezeRow): Freeze {
  return {
    id: String(row.id),
    service: row.service,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: new Date(row.created_at),
    until: new Date(row.until),
    isRecurring: false,
    environment: null,
  }
}
