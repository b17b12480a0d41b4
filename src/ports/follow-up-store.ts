import type { FollowUp, FollowUpState } from '../domain/follow-up.ts'

export type NewFollowUp = Pick<FollowUp, 'incidentId' | 'runId' | 'stepId' | 'kind' | 'app' | 'service' | 'badRevision'>

export interface FollowUpStore {
  /** What the step left; while that is open, the same run and step again only changes what is left. */
  open(followUp: NewFollowUp): Promise<void>
  list(incidentId: string): Promise<readonly FollowUp[]>
  /** Conditional on its being open; undefined when it is no longer. */
  close(
    id: string,
    to: Exclude<FollowUpState, 'open'>,
    finding: string,
    personId: string | null,
  ): Promise<FollowUp | undefined>
  /** Open ones whose target is due to be looked at; each is handed out once, and again after `everyMs`. */
  claimLooks(everyMs: number, limit: number): Promise<readonly FollowUp[]>
  /** Open ones of which people are due to be reminded; each is handed out once and gets its next time. */
  claimReminders(limit: number): Promise<readonly FollowUp[]>
}
