import type { Alert } from '../domain/alert.ts'
import type { ChangeEvent } from '../domain/change-event.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { FeedbackAnswer } from '../domain/feedback.ts'
import type { PastRun } from '../domain/past-run.ts'

export interface ToldChange {
  readonly change: ChangeEvent
  /** What was told of its outcome and end, and when, oldest first; what was told before the first is not on record. */
  readonly endings: readonly (Pick<ChangeEvent, 'outcome' | 'finishedAt'> & { readonly at: Date })[]
}

export interface CollectedEvidence {
  readonly piece: Evidence
  readonly key: string
  /** When the fact that stands there now was read. */
  readonly collectedAt: Date
}

export interface AnsweredRun extends Omit<PastRun, 'helped' | 'didNotHelp'> {
  /** To the question whether it helped, one voice a person. */
  readonly answers: readonly { readonly answer: FeedbackAnswer; readonly at: Date }[]
}

/** What had reached us when, by the database's clock: for replays, which may use nothing that came later. */
export interface KnownThenStore {
  /** Alerts of the incident that had come by then, oldest first, as their rows say now. */
  listAlerts(incidentId: string, by: Date, limit: number): Promise<readonly Alert[]>
  /** Changes since `from` that began and were reported by then. */
  listChanges(services: readonly string[], from: Date, by: Date): Promise<readonly ToldChange[]>
  listEvidence(incidentId: string): Promise<readonly CollectedEvidence[]>
  /** Newest first. */
  listPastRuns(limit: number): Promise<readonly AnsweredRun[]>
}
