import type { Feedback } from '../domain/feedback.ts'

export interface FeedbackStore {
  /** One answer of one person to one question: a later one takes the place of the earlier, which is returned. */
  save(feedback: Omit<Feedback, 'at'>): Promise<Feedback | undefined>
  /** Oldest first. */
  list(incidentId: string): Promise<readonly Feedback[]>
}
