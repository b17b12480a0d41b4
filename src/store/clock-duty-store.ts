import { sql } from './drizzle.ts'
import type { ClockDutyStore } from '../ports/clock-duty-store.ts'
import type { Database } from './database.ts'

/** One statement each, by the database's clock. */
export function createClockDutyStore(db: Database): ClockDutyStore {
  return {
    begin: async (name, parkedAfter) => {
      const { rows } = await db.execute<{ begun: number }>(sql`
        INSERT INTO clock_duties (name, begun) VALUES (${name}, 1)
        ON CONFLICT (name) DO UPDATE
           SET begun = clock_duties.begun + 1,
               -- What is set aside keeps the time of its last try.
               begun_at = CASE WHEN clock_duties.begun >= ${parkedAfter}::int THEN clock_duties.begun_at
                               ELSE clock_timestamp() END
        RETURNING begun`)
      return rows[0]?.begun ?? 0
    },
    end: async (name) => {
      await db.execute(sql`
        INSERT INTO clock_duties (name, ended_at) VALUES (${name}, clock_timestamp())
        ON CONFLICT (name) DO UPDATE SET begun = 0, ended_at = clock_timestamp()`)
    },
    resume: async (parkedAfter) => {
      const { rows } = await db.execute<{ name: string }>(sql`
        UPDATE clock_duties SET begun = 0 WHERE begun > ${parkedAfter}::int RETURNING name`)
      return rows.map((row) => row.name)
    },
    lastEndedSeconds: async (name) => {
      const { rows } = await db.execute<{ seconds: number | null }>(sql`
        SELECT extract(epoch FROM clock_timestamp() - ended_at)::float8 AS seconds
          FROM clock_duties WHERE name = ${name}`)
      return rows[0]?.seconds ?? null
    },
  }
}
