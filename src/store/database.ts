import { drizzle } from './drizzle.ts'
import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import { Pool } from 'pg'
import type { PoolConfig } from 'pg'
import { confirmCommits } from './confirm-commits.ts'
import { createStatementNames } from './statement-names.ts'
import { joinWrites } from './join-writes.ts'
import { parseInt8AsNumber } from './database-types.ts'

/** The handle of the pool and of a transaction alike: a store built on it does not know which of the two it has. */
export type Database = PgDatabase<NodePgQueryResultHKT>

export interface DatabaseOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly maxConnections: number
  /** A statement that takes longer is cancelled; default 15 s. */
  readonly statementTimeoutMs?: number
  /**
   * An answer that is not there after this is given up, and its connection with it; default 5 s more than the server
   * gives a statement. Only the twin of a test passes 0, for ever.
   */
  readonly answerTimeoutMs?: number
  /** Default true; only the twin of a test passes false: then neither disk nor standby is seen to. */
  readonly waitsForDisk?: boolean
  /** A connection of the pool broke while nobody used it; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void
}

export interface OpenDatabase {
  readonly db: Database
  readonly pool: Pool
  close(): Promise<void>
}

const STATEMENT_TIMEOUT_MS = 15_000
/**
 * A server that is gone without a word (its machine died, a firewall forgot the connection) cancels nothing. TCP itself
 * gives up what was sent after a quarter of an hour; until then whoever asked would hang, while the heartbeats of its run
 * go out over other connections and keep every other replica away.
 */
const ANSWER_GRACE_MS = 5_000
/** How long a request waits for a free or new connection before it is told that the database does not answer. */
const CONNECT_TIMEOUT_MS = 5_000
const FIRST_TRIES = 3
/** What is asked of one connection at once is sent at once, instead of each after the answer to the one before. */
const PIPELINE: PoolConfig & { readonly pipeline: boolean } = { pipeline: true }
/** A transaction that a dead replica left open would stall the audit sequencer: the server ends it. */
const IDLE_IN_TRANSACTION_MS = 30_000

/**
 * An intent has to be on the disk before its effect is sent, so a server, database or login that is set up to acknowledge
 * commits earlier is overruled. What waits for more, such as a standby, stays; that a wait for it was cancelled is told as a
 * warning (`confirm-commits.ts`), which is not to be kept from us. Asked before anything else on a connection.
 */
const WAIT_FOR_DISK = `
  SELECT set_config(name, wanted, false)
    FROM (VALUES ('synchronous_commit', 'off', 'on'), ('client_min_messages', 'error', 'warning')) AS needed (name, refused, wanted)
   WHERE current_setting(name) = refused`

export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  parseInt8AsNumber()
  const pool = new Pool(poolConfig(options))
  // Without a listener the loss of a connection would end the process: an idle one reports to the pool, one that is
  // lent out to its client.
  const lost = (error: Error) => options.onConnectionLost?.(error)
  pool.on('error', lost)
  const names = createStatementNames()
  pool.on('connect', (client) => {
    client.on('error', lost)
    if (options.waitsForDisk !== false) confirmCommits(client)
    joinWrites(client, names)
    if (options.waitsForDisk !== false) client.query(WAIT_FOR_DISK).catch(lost)
  })
  try {
    await connectOnce(pool)
  } catch (cause) {
    await pool.end()
    throw cause
  }
  return { db: drizzle(pool), pool, close: closeOnce(pool) }
}

/**
 * At a start nobody waits for an answer yet, and a machine on which everything starts at once may be slow. What is refused
 * or unknown fails at once.
 */
async function connectOnce(pool: Pool): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const client = await pool.connect()
      client.release()
      return
    } catch (error) {
      const wasSlow = error instanceof Error && /\btimeout\b/.test(error.message)
      if (!wasSlow || tries >= FIRST_TRIES) throw error
    }
  }
}

function poolConfig(options: DatabaseOptions): PoolConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...PIPELINE,
    statement_timeout: statementTimeoutMs,
    query_timeout: options.answerTimeoutMs ?? statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  }
}

function closeOnce(pool: Pool): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => (closing ??= pool.end())
}
