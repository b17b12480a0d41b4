import type { Decision, Proposal } from '../domain/approval.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { Incident } from '../domain/incident.ts'
import type { Attempt, Run } from '../domain/run.ts'

/** Everything about a run that is looked at before a step, as it was at one moment. */
export interface RunReading {
  readonly run: Run
  readonly proposal: Proposal
  /** By database time: of the approval, or of the broken glass, whichever ends first. */
  readonly isExpired: boolean
  /** The ledger, oldest first. */
  readonly attempts: readonly Attempt[]
  /** On the proposal, oldest first. */
  readonly decisions: readonly Decision[]
  /** All that hold now; those of everything come first. */
  readonly freezes: readonly Freeze[]
  readonly incident: Incident
  /** Of the incident. */
  readonly alerts: { readonly total: number; readonly firing: number }
  /** Whether somebody whose approval stands confirmed it knowing that the symptom was gone. */
  readonly isSymptomGoneConfirmed: boolean
  readonly versions: RunVersions
}

/** Of the rows that were read: whoever changes one, however that is done, gives it another version. */
export interface RunVersions {
  readonly proposal: string
  readonly incident: string
  /** On the proposal. */
  readonly decisions: string
  /** Of those that held. */
  readonly freezes: string
}

/** What was read of the same run before, and the ledger as it stands if nobody else has moved it. */
export interface KnownOfRun extends Pick<RunReading, 'proposal' | 'incident' | 'versions'> {
  readonly attempts?: readonly Attempt[] | undefined
}

export interface RunReadingStore {
  /**
   * One statement, so that all of it is of one moment. What is known already is compared by the database and not sent
   * again: proposal and incident by their versions, the ledger by ids and states of its rows. undefined when there is
   * no such run.
   */
  read(runId: string, known?: KnownOfRun): Promise<RunReading | undefined>
}
