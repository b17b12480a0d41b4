import type { PoolClient } from 'pg'
import { CommitUnknownError } from './commit-unknown-error.ts'

/** The function of PostgreSQL that waits for the standby. What a warning says is translated, where it comes from is not. */
const WAITS_FOR_STANDBY = 'SyncRepWaitForLSN'

interface Asked {
  isUnconfirmed: boolean
}
type Answer = (error: Error | null | undefined, answer?: unknown) => void
type Query = (...args: readonly unknown[]) => unknown

/**
 * A commit that waits for the synchronous standby may be cancelled (`pg_cancel_backend`). It stands on this server by then,
 * so PostgreSQL answers that all is well, behind a warning: but were this server lost now, the standby that takes over would
 * never have heard of an intent whose effect had been sent. Such an answer becomes an error, like one that was lost.
 */
export function confirmCommits(client: PoolClient): void {
  const query = client.query.bind(client) as Query
  // In the order in which they were asked, which is that of the answers; a warning comes before the answer it belongs to.
  const inFlight = new Set<Asked>()
  client.on('notice', ({ routine }) => {
    const [answering] = inFlight
    if (routine === WAITS_FOR_STANDBY && answering !== undefined) answering.isUnconfirmed = true
  })
  const ask = (args: readonly unknown[], answered: Answer): void => {
    const asked: Asked = { isUnconfirmed: false }
    inFlight.add(asked)
    query(...args, (error: Error | null, answer: unknown) => {
      inFlight.delete(asked)
      answered(asked.isUnconfirmed ? new CommitUnknownError('not_waited_for', error) : error, answer)
    })
  }
  const confirmed = (...args: readonly unknown[]): unknown => {
    const callback = args.at(-1)
    if (typeof callback === 'function') {
      ask(args.slice(0, -1), callback as Answer)
      return undefined
    }
    return promised((answered) => {
      ask(args, answered)
    })
  }
  client.query = confirmed as typeof client.query
}

/** As the driver itself does: an error leads back to whoever asked, instead of to the socket. */
async function promised(ask: (answered: Answer) => void): Promise<unknown> {
  try {
    return await new Promise((resolve, reject) => {
      ask((error, answer) => {
        if (error) reject(error)
        else resolve(answer)
      })
    })
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}
