import type { ActionName, CrashClass, TargetState } from '../domain/action.ts'
import type { Attempt, AttemptState } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { NewTimelineEntry } from '../domain/timeline.ts'
import type { OutboxPriority } from './outbox.ts'
import type { RunLease } from './run-store.ts'
import type { RunVersions } from './run-reading-store.ts'
import type { SealedLeaf } from '../domain/audit-entry.ts'

export interface NewAttempt {
  readonly stepId: string
  readonly stepIndex: number
  readonly direction: 'forward' | 'undo'
  readonly effect: string
  readonly number: number
  readonly uses: ActionName
  readonly crashClass: CrashClass
  readonly idempotencyKey: string
  readonly requestHash: string
  readonly before: TargetState | null
  /** How long the step may take, all told; counted by the database from the intent. */
  readonly timeoutMs: number
  /** The version of policies and playbooks that allowed it; null where none is kept. */
  readonly configuration: string | null
}

/** What was read of a run, and its ledger as it stands if nobody else has moved it. */
export interface Unchanged {
  readonly versions: RunVersions
  readonly attempts: readonly Attempt[]
}

export interface AlsoIntended {
  /** Only while nobody has asked the run to stop and all that was read of it stands as it did. */
  readonly unchanged?: Unchanged | undefined
  /** The attempt is marked as sent in the same moment, and this says so on the log. Without an intent leaf it counts for nothing. */
  readonly sent?: SealedLeaf | undefined
}

export interface AttemptMove {
  readonly to: AttemptState
  readonly detail: string
  readonly handle?: JsonObject | null
  readonly output?: JsonObject | null
  readonly after?: TargetState | null
}

/** What people are told with a move: an entry on the timeline, and every copy of the incident's card brought up to date. */
export interface Told {
  readonly entry: NewTimelineEntry
  readonly card: OutboxPriority
}

/**
 * Intent, ledger and audit in one statement each way; each checks the fence and throws FencedError when it is lost.
 * No durable intent leaf, no effect.
 */
export interface LedgerStore {
  /**
   * Only while the run is `running` and, in direction forward, its proposal still approved and (for the run's first
   * attempt) not expired: a rejection wins until this commits. And only while the configuration that allowed it is in force. StaleError says which of these no longer holds. Checks
   * have no effect and so no intent leaf. When what `unchanged` names has changed, StaleError has the code `read_again`.
   */
  intend(lease: RunLease, attempt: NewAttempt, leaf: SealedLeaf | null, also?: AlsoIntended): Promise<Attempt>
  /**
   * Conditional on the state it comes from; StaleError when it is in another one, and with the code `frozen` when it is
   * to be marked as sent while everything is frozen. What is told stands exactly when the move does.
   */
  move(lease: RunLease, attempt: Attempt, move: AttemptMove, leaf: SealedLeaf | null, told?: Told): Promise<Attempt>
  list(runId: string): Promise<readonly Attempt[]>
  /** By database time: since the intent, and since it became done, failed or unknown (null before). */
  elapsed(attempt: Attempt): Promise<{ readonly sinceIntendedMs: number; readonly sinceFinishedMs: number | null }>
}
