import type { AuditReview } from '../domain/audit-review.ts'

export interface ReviewMoment {
  /** By the database's clock, UTC: `2026-11-27`. */
  readonly day: string
  /** 0 to 1439, UTC. */
  readonly minuteOfDay: number
  readonly at: Date
  /** null before the first. */
  readonly last: AuditReview | null
}

/** The daily reviews of the audit log. The log itself says the same; this is where the next one goes on from. */
export interface LogReviewStore {
  readMoment(): Promise<ReviewMoment>
  /** The newest entry that was numbered a day ago or earlier, with its hash; null when there is none. */
  findDayBefore(): Promise<{ readonly seq: number; readonly link: string } | null>
  /** False when there is one of that day already: another replica made it. */
  add(review: AuditReview): Promise<boolean>
  /** The newest first. */
  list(limit: number): Promise<readonly AuditReview[]>
}
