import type { Pool } from 'pg'
import { JOB_SCHEMA } from './job-schema.ts'

/**
 * How often a job is tried, all told. The engine counts what it hands out; a job that was handed out and waited while
 * another one took the process with it was not tried, so that suspects are counted here, when they begin.
 */
export const TRIES = 3

/** Kept with the job itself, where its copy among the dead shows it too. */
export const BEGUN_KEY = 'begunAsSuspect'

/** Counts a suspect's try before it begins; which try it is. The first one was made before it was suspected. */
export async function countTry(pool: Pool, queue: string, id: string): Promise<number> {
  const { rows } = await pool.query<{ begun: number }>(
    `UPDATE ${JOB_SCHEMA}.job
        SET data = jsonb_set(coalesce(data, '{}'), '{${BEGUN_KEY}}', to_jsonb(coalesce((data->>'${BEGUN_KEY}')::int, 0) + 1))
      WHERE name = $1 AND id = $2 RETURNING (data->>'${BEGUN_KEY}')::int AS begun`,
    [queue, id],
  )
  return (rows[0]?.begun ?? 0) + 1
}

/** After this the engine's next word on it is that it failed for good, with a copy among the dead. */
export async function endTries(pool: Pool, queue: string, id: string): Promise<void> {
  await pool.query(`UPDATE ${JOB_SCHEMA}.job SET retry_limit = retry_count WHERE name = $1 AND id = $2`, [queue, id])
}
