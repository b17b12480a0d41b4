import { desc, sql } from './drizzle.ts'
import { logReviews } from './schema.ts'
import type { AuditReview } from '../domain/audit-review.ts'
import type { Database } from './database.ts'
import type { LogReviewStore } from '../ports/log-review-store.ts'

/** One row a day by the database's clock; the row is there or not when the transaction that adds it has ended. */
export function createLogReviewStore(db: Database): LogReviewStore {
  const list = async (limit: number) => {
    const rows = await db.select().from(logReviews).orderBy(desc(logReviews.day)).limit(limit)
    return rows.map(toReview)
  }
  return {
    list,
    readMoment: async () => {
      const { rows } = await db.execute<Moment>(sql`
        SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, now() AS at,
               extract(hour FROM now() AT TIME ZONE 'UTC')::int * 60
                 + extract(minute FROM now() AT TIME ZONE 'UTC')::int AS minute`)
      const [moment] = rows
      if (moment === undefined) throw new Error('The database did not say what time it is.')
      const [last = null] = await list(1)
      return { day: moment.day, minuteOfDay: moment.minute, at: new Date(moment.at), last }
    },
    findDayBefore: async () => {
      // Numbers rise with time but for a moment, so the newest before the day is the place to begin after.
      const { rows } = await db.execute<{ seq: number; link: string }>(sql`
        SELECT seq::float8 AS seq, hash AS link FROM audit_entries
         WHERE sequenced_at < now() - interval '1 day' ORDER BY seq DESC LIMIT 1`)
      const [entry] = rows
      return entry === undefined ? null : { seq: entry.seq, link: entry.link }
    },
    add: async (review) => {
      const added = await db
        .insert(logReviews)
        .values({
          ...{ day: review.day, at: review.at, fromSeq: review.from, toSeq: review.to, link: review.link },
          ...{ findings: review.findings, sources: review.sources },
        })
        .onConflictDoNothing()
        .returning({ day: logReviews.day })
      return added.length > 0
    },
  }
}

interface Moment extends Record<string, unknown> {
  readonly day: string
  readonly at: string
  readonly minute: number
}

function toReview(row: typeof logReviews.$inferSelect): AuditReview {
  const { day, at, fromSeq, toSeq, link, findings, sources } = row
  return { day, at, from: fromSeq, to: toSeq, link, findings, sources }
}
