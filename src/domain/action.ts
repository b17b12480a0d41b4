import type { JsonObject } from '../kernel/json.ts'

/** Everything a playbook step may use (CONTRACT 6). Which of them a running installation offers, the action runner says. */
export const ACTION_NAMES = [
  'argocd/sync',
  'argocd/rollback',
  'argocd/terminate',
  'argocd/restart',
  'argocd/auto-sync',
  'rollouts/abort',
  'rollouts/promote',
  'lambda/invoke',
  'lambda/alias',
  'pagerduty/acknowledge',
  'pagerduty/resolve',
  'pagerduty/note',
  'pagerduty/escalate',
  'pagerduty/responders',
  'pagerduty/workflow',
  'prometheus/assert',
  'http/check',
  'chat/post',
  'wait',
  'approval',
] as const
export type ActionName = (typeof ACTION_NAMES)[number]

/**
 * What the ledger may do when an attempt's outcome is not known (DESIGN 5): `idempotent` is re-issued under the same
 * key, `queryable` is asked first and sent again only when the target proves that nothing happened, `opaque` becomes
 * `unknown` and waits for a person.
 */
export const CRASH_CLASSES = ['idempotent', 'queryable', 'opaque'] as const
export type CrashClass = (typeof CRASH_CLASSES)[number]

/** What a step acts on. `key` is the lock: one active run per key. Checks that change nothing have no key. */
export interface Target {
  readonly system: 'argocd' | 'lambda' | 'pagerduty' | 'prometheus' | 'http' | 'chat' | 'clock' | 'people'
  readonly resource: string
  /** For example `argocd:payments/checkout`; null when the step changes nothing anywhere. */
  readonly lockKey: string | null
}

/**
 * The fields of a target's state that the action compares before it acts; plain JSON, stable for equal states. One
 * member, `mark`, is not compared: it holds what a reconcile must know of the moment before the request (for Argo CD
 * `operationState.startedAt`), which may move without the target having changed.
 */
export type TargetState = JsonObject

/** What counts when two states of one target are compared: everything but `mark`. */
export function comparedState(state: TargetState | null): TargetState | null {
  if (state === null) return null
  const { mark: _mark, ...compared } = state
  return compared
}

export interface ActionInput {
  readonly uses: ActionName
  /** All arguments resolved. */
  readonly with: JsonObject
}

/** What came of asking the target to do something, or of asking how far it is. */
export type ActionResult =
  | {
      readonly outcome: 'done'
      readonly detail: string
      readonly output: JsonObject
      readonly after: TargetState | null
    }
  | {
      readonly outcome: 'failed'
      readonly detail: string
      readonly output: JsonObject
      readonly after: TargetState | null
    }
  /** Sent, accepted, not finished: ask `poll` again after the delay; `handle` is kept on the ledger. */
  | { readonly outcome: 'pending'; readonly detail: string; readonly handle: JsonObject; readonly pollAfterMs: number }
  /**
   * Provably nothing was sent or accepted (connection refused, 429, validation): may be sent again under a new intent.
   * `retryAfterMs` is null when sending the same again is of no use (the target refused it for good).
   */
  | { readonly outcome: 'not_executed'; readonly detail: string; readonly retryAfterMs: number | null }
  /** The request was written and nobody knows what became of it: reconcile after the in-flight window. */
  | { readonly outcome: 'unknown'; readonly detail: string }
