/** What people are asked after an incident; the answers are evidence about the ranking, never about a person. */
export const FEEDBACK_QUESTIONS = ['cause', 'playbook'] as const
export type FeedbackQuestion = (typeof FEEDBACK_QUESTIONS)[number]

export const FEEDBACK_ANSWERS = ['yes', 'no'] as const
export type FeedbackAnswer = (typeof FEEDBACK_ANSWERS)[number]

/** One answer of one person to one question; a later one takes its place. */
export interface Feedback {
  readonly incidentId: string
  readonly question: FeedbackQuestion
  readonly personId: string
  readonly answer: FeedbackAnswer
  /** What was named as the cause, or which run was meant, when the answer was given; null where none was. */
  readonly changeId: string | null
  readonly runId: string | null
  /** The probability that was shown for the cause. */
  readonly probability: number | null
  readonly at: Date
}
