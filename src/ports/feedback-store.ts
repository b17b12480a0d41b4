import type { Feedback } from '../domain/feedback.ts'

export interface FeedbackStore {
  /**
   * False unless the incident is resolved. Only inside a unit of work: until it ends nobody reopens the incident, and
   * answers about it are written one after the other.
   */
  lockResolved(incidentId: string): Promise<boolean>
  /** One answer of one person to one question: a later one takes the place of the earlier, which is returned. */
  save(feedback: Omit<Feedback, 'at'>): Promise<Feedback | undefined>
  /** Oldest first. */
  list(incidentId: string): Promise<readonly Feedback[]>
  /** What people say of these changes as causes, in whatever incident. */
  listByChanges(changeIds: readonly string[]): Promise<readonly Feedback[]>
}
