import { sql } from './drizzle.ts'
import type { Database } from './database.ts'
import type { Housekeeping } from '../ports/housekeeping.ts'

/** A tick deletes at most this many of each kind, so that it never holds anybody up. */
const AT_ONCE = 1_000

/**
 * How long what is kept. Chat requests are refused by their age after five minutes, so a day is ample; a delivery is
 * remembered for a month, since its sender signs no time; a sent message for a week, so that a post with a key that is
 * issued again is known.
 */
export function createHousekeeping(db: Database): Housekeeping {
  return {
    dropOld: async () => {
      const { rows } = await db.execute<{ dropped: number }>(sql`
        WITH old_requests AS (
          DELETE FROM served_requests WHERE ctid IN (
            SELECT ctid FROM served_requests WHERE received_at < clock_timestamp() - interval '1 day' LIMIT ${AT_ONCE})
          RETURNING 1
        ), old_deliveries AS (
          DELETE FROM deliveries WHERE ctid IN (
            SELECT ctid FROM deliveries WHERE received_at < clock_timestamp() - interval '30 days' LIMIT ${AT_ONCE})
          RETURNING 1
        ), old_messages AS (
          DELETE FROM outbox_messages WHERE ctid IN (
            SELECT ctid FROM outbox_messages
             WHERE state = 'sent' AND sent_at < clock_timestamp() - interval '7 days' LIMIT ${AT_ONCE})
          RETURNING 1
        ), old_counts AS (
          DELETE FROM refusal_counts WHERE ctid IN (
            SELECT ctid FROM refusal_counts WHERE minute < clock_timestamp() - interval '7 days' LIMIT ${AT_ONCE})
          RETURNING 1
        )
        SELECT ((SELECT count(*) FROM old_requests) + (SELECT count(*) FROM old_deliveries)
              + (SELECT count(*) FROM old_messages) + (SELECT count(*) FROM old_counts))::int AS dropped`)
      return rows[0]?.dropped ?? 0
    },
    makeMonths: async () => {
      const { rows } = await db.execute<{ made: number }>(sql`SELECT audit_make_months() AS made`)
      return rows[0]?.made ?? 0
    },
  }
}
