import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import type { Proposal } from '../domain/approval.ts'
import type { StepApproval } from '../domain/step-approval.ts'
import type { RandomBytes } from '../kernel/ids.ts'
import type { FatigueLimit } from './find-fatigued.ts'
import type { AuthorizationRequest, AuthorizationVerdict } from '../domain/authorization.ts'
import type { FreezeWindow } from '../domain/freeze.ts'
import type { LogDelay } from '../domain/log-delay.ts'
import type { Mode } from '../domain/mode.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { AccountStandings } from '../ports/account-standing.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ConfigurationInForce } from '../ports/configuration-in-force.ts'
import type { Directory } from '../ports/directory.ts'
import type { RunLease } from '../ports/run-store.ts'
import type { Stores, UnitOfWork } from '../ports/stores.ts'
import type { Telemetry } from '../ports/telemetry.ts'

/** How patient the executor is. No deadline that decides something is here: those are the database's. */
export interface Pace {
  /** The first pause after a try that provably did nothing; it doubles up to the longest. */
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  /** Tries of one effect, all told. */
  readonly maxAttempts: number
  /** Stop and freeze are looked at again at least this often while waiting. */
  readonly lookAgainMs: number
  /** A longer wait gives the lease back and comes back by a job. */
  readonly holdMs: number
  /** How long a run waits before it looks again whether the run that holds its target is over. */
  readonly targetBusyMs: number
  /** How long a target that does not answer is asked what became of a step, before a person is. */
  readonly reconcileForMs: number
  /** A run that waits for people looks again at least this often, whoever forgets to wake it. */
  readonly approvalLookMs: number
  /**
   * A request that has not left this long after the last look at what may stop it does not leave without another one: the
   * kill switch promises that nothing is sent later than five seconds after it, also by a replica that slept in between.
   * From the call on only the time counts in which the process stood still, and not that of a slow target.
   */
  readonly sendWithinMs: number
  /** How long a run waits before it looks again whether the audit log has caught up. */
  readonly logLookMs: number
  /** How long a chat platform is waited for when it is asked about the account of somebody who approved. */
  readonly standingWithinMs: number
  /** So long after it could not be asked it is not asked again. */
  readonly standingAgainMs: number
}

export const DEFAULT_PACE: Pace = {
  retryBaseMs: 1_000,
  retryMaxMs: 30_000,
  maxAttempts: 5,
  lookAgainMs: 2_000,
  holdMs: 15_000,
  targetBusyMs: 3_000,
  reconcileForMs: 60_000,
  approvalLookMs: 5_000,
  sendWithinMs: 4_000,
  logLookMs: 5_000,
  standingWithinMs: 2_000,
  standingAgainMs: 10_000,
}

export interface ExecutorSettings {
  readonly mode: Mode
  readonly inflightWindowMs: number
  /** Playbooks that may run without their quorum. */
  /** Freezes that come back by the calendar. */
  readonly freezeWindows: readonly FreezeWindow[]
  readonly breakGlassPlaybooks: readonly string[]
  /** How long a nested approval waits. */
  readonly approvalsTtlMs: number
  readonly fatigue: FatigueLimit
  /** How far the audit log may be behind before nothing of high risk is sent. */
  readonly logDelayMs: number
  readonly pace: Pace
}

/**
 * Places at which a test may stop or kill the process. The names say what is durable at that moment: from
 * `after-intent` to `before-record` the ledger holds an intent without an outcome.
 */
export const DEBUG_POINTS = [
  'before-intent',
  'after-intent',
  'before-send',
  'before-record',
  'after-record',
  'before-poll',
  'before-reconcile',
  'before-end',
] as const
export type DebugPoint = (typeof DEBUG_POINTS)[number]

export interface ExecutorDeps {
  readonly stores: Stores
  readonly unitOfWork: UnitOfWork
  readonly actions: ActionRunner
  readonly authorize: (request: AuthorizationRequest) => AuthorizationVerdict
  readonly seal: (record: AuditRecord) => SealedLeaf
  readonly catalog: ServiceCatalog
  readonly configuration: Pick<ConfigurationInForce, 'digest' | 'catchUp'>
  /** Those in force now, read anew at every use. */
  readonly playbooks: readonly Playbook[]
  readonly directory: Directory
  /** What the chat platforms say of the accounts by which people decided; at most 60 s old. */
  readonly accountStandings: AccountStandings
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly randomBytes: RandomBytes
  /** As it was a moment ago. */
  readonly logDelay: () => Promise<LogDelay>
  /** Tells those who can give a nested approval, in the transaction in which it is asked for. */
  readonly askApprovers: (stores: Stores, proposal: Proposal, approval: StepApproval) => Promise<void>
  readonly settings: ExecutorSettings
  /** Only tests of two builds side by side pass another list than this build's own. */
  readonly knownActions?: readonly string[]
  /** Only the chaos bench and tests pass one. */
  readonly debugPoint?: (point: DebugPoint, where: DebugPlace) => Promise<void>
}

export interface DebugPlace {
  readonly runId: string
  readonly stepId: string
  readonly effect: string
}

/** A lease that is being kept. */
export interface HeldLease {
  readonly lease: RunLease
  /** Aborted as soon as the lease is lost or may have run out. */
  readonly signal: AbortSignal
  /** Throws FencedError when the lease may have run out, by clocks of this machine that never run slow. */
  assertHeld(): void
  /** For how long this process has stood still since the lease was claimed; a wait for somebody else is none. */
  stoodStillMs(): number
}

/** What one claim of a run came to. */
export type RunEnd =
  | { readonly kind: 'ended' }
  /** Given back; to be advanced again after the delay. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** Given back; waits for a person or for an approval, and nobody is to advance it before. */
  | { readonly kind: 'handed_over' }
