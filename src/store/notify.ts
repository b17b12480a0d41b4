import { sql } from './drizzle.ts'
import type { Signal } from '../ports/signals.ts'
import type { Database } from './database.ts'
import { channelOf } from './signals.ts'

/**
 * Wakes every process that listens, when the surrounding transaction commits. PostgreSQL lets notifying transactions
 * commit one after the other, so what is written at a high rate (audit leaves) is found by polling instead.
 */
export async function notify(db: Database, signal: Signal, payload = ''): Promise<void> {
  await db.execute(sql`SELECT pg_notify(${channelOf(signal)}, ${payload})`)
}
