import { bigint, date, jsonb, pgTable, text } from '../drizzle.ts'
import type { ReviewFinding } from '../../domain/audit-review.ts'
import { at, now } from './columns.ts'

/** The daily review of the audit log: its day is its key, so that one replica makes it once. */
export const logReviews = pgTable('log_reviews', {
  day: date('day', { mode: 'string' }).primaryKey(),
  at: at('at').notNull().default(now),
  fromSeq: bigint('from_seq', { mode: 'number' }).notNull(),
  toSeq: bigint('to_seq', { mode: 'number' }).notNull(),
  link: text('link').notNull(),
  findings: jsonb('findings').$type<readonly ReviewFinding[]>().notNull(),
  sources: jsonb('sources').$type<readonly string[]>().notNull(),
})
