import type { ActionInput, ActionName, ActionResult, CrashClass, Target, TargetState } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'

/** What an action says of itself before anything is read or sent. */
export interface ActionDescription {
  readonly target: Target
  readonly crashClass: CrashClass
  /** True for checks (`prometheus/assert`, `http/check`, `wait`): no effect, no intent needed, may be repeated freely. */
  readonly isVerification: boolean
  /** Names of its effects in order, each its own intent; most have only `main`. */
  readonly effects: readonly string[]
  /** How long one call may take; the lease is longer. */
  readonly callTimeoutMs: number
  /** Its target compares nothing with the request, so it is read again between the durable intent and the effect. */
  readonly looksAgain?: true
}

export interface EffectContext {
  readonly effect: string
  /** `run:step:effect`, equal for every retry of the same effect. */
  readonly idempotencyKey: string
  readonly incidentId: string
  readonly runId: string
  readonly stepId: string
  readonly requestedBy: string
  readonly approvedBy: readonly string[]
  /** For calls that PagerDuty attributes to a person: the last approver's e-mail-like subject. */
  readonly signal: AbortSignal
}

export type ReconcileAnswer =
  | { readonly found: 'executed'; readonly result: ActionResult }
  /** Provably not executed and nothing pending: it may be sent once more under a new intent. */
  | { readonly found: 'not_executed'; readonly detail: string }
  | { readonly found: 'unknown'; readonly detail: string }

/**
 * The actions of all connectors behind one door. `describe` throws RefusedError for an action that is not configured
 * here or whose arguments do not fit; `readState` throws the vendor errors of kernel/vendor-errors.ts, and RefusedError
 * when the target's state makes the action unfit (a rollback while auto-sync is on). `perform`, `poll` and `reconcile`
 * do not throw.
 */
export interface ActionRunner {
  /** Names of the actions this installation can run. */
  readonly available: readonly ActionName[]
  describe(input: ActionInput): ActionDescription
  /** The target's state now, only the fields that are compared; null when the action compares nothing. */
  readState(input: ActionInput, signal: AbortSignal): Promise<TargetState | null>
  perform(input: ActionInput, before: TargetState | null, context: EffectContext): Promise<ActionResult>
  poll(input: ActionInput, handle: JsonObject, context: EffectContext): Promise<ActionResult>
  /** Asks the target what became of an attempt whose answer was lost. Only after the in-flight window. */
  reconcile(input: ActionInput, attempt: Attempt, context: EffectContext): Promise<ReconcileAnswer>
}
