import type { JsonObject } from '../kernel/json.ts'
import type { Origin } from './surface.ts'
import type { ActionName, CrashClass, TargetState } from './action.ts'

/**
 * State machine of a run (CONTRACT 9):
 *
 *   queued → running ⇄ waiting → succeeded | failed | undone | stopped
 *   running → unknown → running | failed | succeeded     by reconciling, or by a person (`settle`); an undo likewise
 *   failed | stopped → running (undo) → undone           when a person presses Undo, or `onFailure: undo` in act mode;
 *                                                        an undo that stopped may be pressed again
 *
 * A run moves only while a replica holds its lease: every ledger write carries `fence = $mine`.
 */
export const RUN_STATES = [
  'queued',
  'running',
  'waiting',
  'unknown',
  'succeeded',
  'failed',
  'undone',
  'stopped',
] as const
export type RunState = (typeof RUN_STATES)[number]

export const RUN_MOVES: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['running', 'stopped', 'failed'],
  running: ['waiting', 'unknown', 'succeeded', 'failed', 'undone', 'stopped'],
  waiting: ['running', 'unknown', 'succeeded', 'failed', 'undone', 'stopped'],
  unknown: ['running', 'failed', 'succeeded', 'stopped', 'undone'],
  succeeded: ['running'],
  failed: ['running'],
  undone: [],
  stopped: ['running'],
}

export const ENDED_RUN_STATES: readonly RunState[] = ['succeeded', 'failed', 'undone', 'stopped']

/**
 * State machine of one attempt: intended (durable, nothing sent) → sent → done | failed | unknown. An idempotent effect
 * begins as sent, since a crash before the request means the same for it as one after.
 * `intended → failed` when provably nothing was sent; `unknown → done | failed` by reconciling or by a person.
 */
export const ATTEMPT_STATES = ['intended', 'sent', 'done', 'failed', 'unknown'] as const
export type AttemptState = (typeof ATTEMPT_STATES)[number]

export type StepOutcome = 'succeeded' | 'failed' | 'unknown'

export interface UndoRequest {
  /** Person id. */
  readonly by: string
  readonly from: Origin
}

export interface Run {
  /** `RUN-5`. */
  readonly id: string
  readonly incidentId: string
  readonly proposalId: string
  readonly state: RunState
  /** forward runs the plan; undo runs the undo steps of what was done, last first. */
  readonly direction: 'forward' | 'undo'
  readonly fence: number
  readonly leaseOwner: string | null
  readonly leaseUntil: Date | null
  /** Set by `stop` or `cancel`; honoured between steps. */
  readonly stopRequestedBy: string | null
  readonly stopReason: string | null
  /** Who pressed Undo, and where: asked about again before each of its steps. null where its playbook undoes it. */
  readonly undoRequest: UndoRequest | null
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly createdAt: Date
  readonly detail: string | null
}

/**
 * One try of one effect of a step. Most steps have one effect, `main`; a rollback that suspends auto-sync has two
 * (`suspend`, `main`), each with its own intent, key and outcome.
 */
export interface Attempt {
  readonly id: string
  readonly runId: string
  readonly stepId: string
  readonly stepIndex: number
  readonly direction: 'forward' | 'undo'
  readonly effect: string
  readonly number: number
  readonly uses: ActionName
  readonly crashClass: CrashClass
  readonly state: AttemptState
  /** `run:step:effect` — the attempt family; equal for every retry, so that targets that honour keys do it once. */
  readonly idempotencyKey: string
  readonly fence: number
  readonly requestHash: string
  /** The target's state read just before the intent; what a reconcile compares with. */
  readonly before: TargetState | null
  readonly after: TargetState | null
  readonly handle: JsonObject | null
  readonly output: JsonObject | null
  readonly detail: string | null
  readonly intendedAt: Date
  readonly sentAt: Date | null
  readonly finishedAt: Date | null
}
