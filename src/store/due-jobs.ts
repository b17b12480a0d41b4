import type { Pool } from 'pg'
import type { Logger } from '../kernel/logger.ts'
import { JOB_SCHEMA } from './job-schema.ts'

const EVERY_MS = 1_000

/**
 * Calls back for each queue in which a job became due since the last look: those that were to wait, and those that are
 * tried again. Nothing notifies of the time that passes, and one question a second costs less than every worker's own: of
 * each queue it finds the job that is next, however many are in line.
 */
export function watchDueJobs(pool: Pool, log: Logger, onDue: (queue: string) => void): { close(): void } {
  let isClosed = false
  let timer: NodeJS.Timeout
  const look = async (): Promise<void> => {
    try {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT q.name FROM ${JOB_SCHEMA}.queue q CROSS JOIN LATERAL (
           SELECT FROM ${JOB_SCHEMA}.job j
            WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked AND j.start_after <= statement_timestamp()
            ORDER BY j.priority DESC, j.created_on LIMIT 1) AS due`,
      )
      if (!isClosed) for (const { name } of rows) onDue(name)
    } catch (error) {
      log.debug({ err: error }, 'cannot look for due jobs; the next look is in a second')
    }
    if (!isClosed) schedule()
  }
  const schedule = (): void => {
    timer = setTimeout(() => void look(), EVERY_MS)
    timer.unref()
  }
  schedule()
  return {
    close: () => {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
