/** What people are asked after an incident; the answers are evidence about the ranking, never about a person. */
export const FEEDBACK_QUESTIONS = ['cause', 'playbook'] as const
export type FeedbackQuestion = (typeof FEEDBACK_QUESTIONS)[number]

export const FEEDBACK_ANSWERS = ['yes', 'no', 'unsure'] as const
export type FeedbackAnswer = (typeof FEEDBACK_ANSWERS)[number]

/**
 * One answer of one person to one question about one incident; a later one takes its place, and the earlier stays in the
 * audit log. It is about what was named at that moment: where another change is named since, or another playbook ran,
 * it says nothing about that one.
 */
export interface Feedback {
  readonly incidentId: string
  readonly question: FeedbackQuestion
  readonly personId: string
  /** `unsure` is an answer to `cause` alone, and speaks neither for it nor against it. */
  readonly answer: FeedbackAnswer
  /** The change that was named as the cause; null for the other question. */
  readonly changeId: string | null
  /** The run of the playbook; null for the other question. */
  readonly runId: string | null
  /** The probability that was shown for the cause, 0 to 1; null for the other question. */
  readonly probability: number | null
  readonly at: Date
}
