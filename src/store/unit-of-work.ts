import { drizzle } from './drizzle.ts'
import type { Pool, PoolClient } from 'pg'
import { UnwritableError, whyUnwritable } from '../kernel/database-errors.ts'
import { AppError } from '../kernel/errors.ts'
import type { Stores, UnitOfWork } from '../ports/stores.ts'
import { CommitUnknownError } from './commit-unknown-error.ts'
import type { Database } from './database.ts'
import { collectAnnouncements } from './notify.ts'
import { SQL_STATE, sqlStateOf } from './sql-state.ts'

/** The first try and three more. */
const TRIES = 4

/**
 * One transaction per unit: BEGIN → work → COMMIT, else ROLLBACK. What a serialisation failure or a deadlock undid is
 * done again from the start, so `work` must not have effects outside the database. A broken connection is not tried
 * again: during COMMIT it leaves the outcome unknown, and so does a commit that was not waited for (`confirm-commits.ts`).
 */
export function createUnitOfWork(pool: Pool, storesOf: (transaction: Database) => Stores): UnitOfWork {
  const alone = storesOf(drizzle(pool))
  const known = new WeakMap<Database, Stores>()
  const boundTo = (db: Database): Stores => {
    const stores = known.get(db) ?? storesOf(db)
    known.set(db, stores)
    return stores
  }
  return {
    run: (work) => retryConflicts(() => runTransaction(pool, (transaction) => work(boundTo(transaction)))),
    single: (work) => retryConflicts(() => work(alone)),
    read: async (work) => {
      const client = await pool.connect()
      try {
        return await work(boundTo(handleOf(client)))
      } finally {
        client.release()
      }
    },
  }
}

const handles = new WeakMap<PoolClient, Database>()

/** One for the life of a connection: forty stores made anew for each transaction took longer than some of these. */
function handleOf(client: PoolClient): Database {
  const handle = handles.get(client) ?? drizzle(client)
  handles.set(client, handle)
  return handle
}

/** The last one: a prepared statement whose table a rolling upgrade has changed; it is sent without a name next time. */
const CONFLICTS: readonly string[] = [SQL_STATE.serializationFailure, SQL_STATE.deadlock, SQL_STATE.featureNotSupported]

async function retryConflicts<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      const state = sqlStateOf(error)
      const isConflict = state !== undefined && CONFLICTS.includes(state)
      if (!isConflict || tries >= TRIES) throw error
    }
  }
}

/** For the store's own transactions that need no stores: `work` gets the bare handle. */
export async function runTransaction<Result>(
  pool: Pool,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new UnwritableError('the database does not answer', cause)
  })
  const transaction = handleOf(client)
  const announcements = collectAnnouncements(pool, transaction)
  let isBroken = false
  // The work does not wait for what is announced, the connection does.
  let announced = Promise.resolve()
  try {
    // Sent together with the first statement of the work; when it fails, so does all that follows.
    const [, result] = await Promise.all([client.query('BEGIN'), work(transaction)])
    const committed = commit(client)
    // Behind the COMMIT on the same connection, without waiting for its answer: when that fails, a hint is idle.
    announced = announcements.announce(committed)
    announced.catch(() => undefined)
    await committed
    return result
  } catch (error) {
    isBroken = error instanceof CommitUnknownError || !(await rollBack(client))
    announcements.drop()
    const why = error instanceof CommitUnknownError ? undefined : whyUnwritable(sqlStateOf(error) ?? '')
    throw why === undefined ? error : new UnwritableError(why, error)
  } finally {
    const release = (failed: boolean) => {
      client.release(isBroken || failed)
    }
    announced.then(
      () => {
        release(false)
      },
      () => {
        release(true)
      },
    )
  }
}

async function commit(client: PoolClient): Promise<void> {
  let command: string
  try {
    command = (await client.query('COMMIT')).command
  } catch (cause) {
    if (cause instanceof CommitUnknownError) throw cause
    if (sqlStateOf(cause) !== undefined && !isConnectionLoss(cause)) throw cause
    throw new CommitUnknownError('broke', cause)
  }
  // COMMIT of a transaction in which a statement failed answers ROLLBACK without an error.
  if (command !== 'COMMIT') {
    throw new AppErrorOfRollback()
  }
}

class AppErrorOfRollback extends AppError {
  constructor() {
    super(
      'rolled_back',
      'A statement of this transaction failed and its error was swallowed, so nothing of it was kept. Let the error through.',
      false,
    )
  }
}

/** Class 08 is the connection, 57P01 to 57P03 a server that shuts down. */
function isConnectionLoss(error: unknown): boolean {
  const state = sqlStateOf(error) ?? ''
  return state.startsWith('08') || state.startsWith('57P')
}

/** False when the connection is gone: then the server has rolled back by itself, and the client must not be reused. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}
