/** What a review looks at; one finding each, also where there is nothing to find. */
export const REVIEW_POINTS = [
  'log',
  'checkpoints',
  'refusals',
  'break_glass',
  'configuration',
  'freezes',
  'reads',
  'outcomes',
  'surfaces',
  'sources',
  'standstills',
] as const
export type ReviewPoint = (typeof REVIEW_POINTS)[number]

export interface ReviewFinding {
  readonly point: ReviewPoint
  /** A person should look at it. */
  readonly isConcern: boolean
  /** One plain sentence. */
  readonly text: string
}

/** The automated review of one day (PCI DSS 10.4.1.1): all entries since the review before. */
export interface AuditReview {
  /** UTC, `2026-11-27`: the day on which it was made. */
  readonly day: string
  readonly at: Date
  /** First and last entry that it went over; `to` is less than `from` where there was none. */
  readonly from: number
  readonly to: number
  /** Hash of entry `to`, from which the next review goes on; 64 zeros before the first entry. */
  readonly link: string
  readonly findings: readonly ReviewFinding[]
  /** Alert and change sources that something came from. */
  readonly sources: readonly string[]
}
