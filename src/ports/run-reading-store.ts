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
}

export interface RunReadingStore {
  /**
   * One statement, so that all of it is of one moment. A plan whose bytes are those of `known` is `known`'s own object
   * and is not parsed again. undefined when there is no such run.
   */
  read(runId: string, known?: Proposal): Promise<RunReading | undefined>
}
