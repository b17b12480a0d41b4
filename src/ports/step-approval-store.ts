import type { StepApproval, StepApprovalState, StepDecision } from '../domain/step-approval.ts'

export type NewStepApproval = Omit<StepApproval, 'state' | 'askedAt' | 'closedAt' | 'closedReason'>

export interface NewStepDecision extends Omit<StepDecision, 'at' | 'withdrawnAt'> {
  /** Database time at which it was judged, under the proposal's lock. */
  readonly at?: Date
}

/** Nested approvals and what people decide about them. Whoever writes holds the proposal's row lock. */
export interface StepApprovalStore {
  /** When one that is asked for now expires, by database time, before its hash is made. */
  expiryIn(ttlMs: number): Promise<Date>
  /** StaleError when the step has asked already. */
  insert(approval: NewStepApproval): Promise<StepApproval>
  /** With what is left of its time by the database's clock, in milliseconds; 0 or less once it has expired. */
  find(runId: string, stepId: string): Promise<{ readonly approval: StepApproval; readonly leftMs: number } | undefined>
  /** In the order in which they were asked for. */
  list(runId: string): Promise<readonly StepApproval[]>
  /** From `pending`; undefined when it is no longer. */
  move(
    runId: string,
    stepId: string,
    to: Exclude<StepApprovalState, 'pending'>,
    reason: string | null,
  ): Promise<StepApproval | undefined>
  /** Undefined when this person has decided already (not withdrawn). */
  decide(decision: NewStepDecision): Promise<StepDecision | undefined>
  /** Of all steps of the run. */
  listDecisions(runId: string): Promise<readonly StepDecision[]>
  withdraw(runId: string, stepId: string, personId: string): Promise<StepDecision | undefined>
}
