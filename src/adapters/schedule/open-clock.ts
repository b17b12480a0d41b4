import { schedule } from 'node-cron'
import type { Logger } from '../../kernel/logger.ts'

/** Every five seconds; the work behind a tick decides by the database's clock what is due. */
const EVERY_FIVE_SECONDS = '*/5 * * * * *'

export interface OpenClock {
  close(): Promise<void>
}

/**
 * The clock on the wall of every replica. A tick only enqueues a job with a singleton key, so that it counts once
 * however many replicas tick; a tick that is missed is made up for by the next.
 */
export function openClock(tick: () => Promise<void>, log: Logger): OpenClock {
  const task = schedule(
    EVERY_FIVE_SECONDS,
    async () => {
      try {
        await tick()
      } catch (error) {
        log.warn({ error }, 'clock tick could not be enqueued')
      }
    },
    { noOverlap: true, name: 'countersign', logger: saidTo(log) },
  )
  return {
    close: async () => {
      await task.destroy()
    },
  }
}

/** Of its own accord it writes coloured lines to the console, which have no place in a log of JSON. */
function saidTo(log: Logger) {
  return {
    debug: (said: string | Error) => log.debug({ said: String(said) }, 'the clock says something'),
    info: (said: string) => log.debug({ said }, 'the clock says something'),
    warn: (said: string) => log.info({ said }, 'the clock missed a tick, which the next makes up for'),
    error: (said: string | Error, err?: Error) => log.warn({ said: String(said), err }, 'the clock failed'),
  }
}
