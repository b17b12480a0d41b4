import { setTimeout as delay } from 'node:timers/promises'
import type { Proposal } from '../domain/approval.ts'
import type { Attempt, Run } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'
import type { RunReading } from '../ports/run-reading-store.ts'
import type { DebugPoint, ExecutorDeps, HeldLease } from './executor-deps.ts'

/** One claim of one run. What is kept here may be lost: everything that matters is on the ledger. */
export interface RunSession {
  readonly deps: ExecutorDeps
  readonly held: HeldLease
  /** Aborted when the process shuts down: the run is then given back at the next safe place. */
  readonly drain: AbortSignal
  /** When an attempt is to be looked at again, on the monotonic clock. */
  readonly dueAtMs: Map<string, number>
  /** How often in a row a target's state could not be read. */
  readonly readFailures: Map<string, number>
  /** When an account could not be asked about, on the monotonic clock. */
  readonly unasked: Map<string, number>
  readonly seen: Seen
}

/** Only what need not be found out twice; each is compared with what the database says now before it is used. */
export interface Seen {
  /** As it was read last. */
  reading?: RunReading
  /** The plan as it was parsed from the very bytes of this proposal, after their hashes were made again. */
  verified?: { readonly proposal: Proposal; readonly plan: Plan }
  /** What the last step left, by the rows that recording it gave back. */
  left?: Progress
}

/** What one look at the database said of a run. */
export interface Progress {
  readonly run: Run
  readonly proposal: Proposal
  /** By database time. */
  readonly isExpired: boolean
  readonly plan: Plan
  readonly attempts: readonly Attempt[]
  /**
   * The reading before the step that left this, from which the next one may go on as long as the database says, with
   * the intent, that nothing of it has changed. undefined of what was just read.
   */
  readonly carried?: RunReading | undefined
}

/** Milliseconds until an attempt is due; 0 when it is, or when nobody remembers. */
export function waitOf(session: RunSession, key: string): number {
  const due = session.dueAtMs.get(key)
  return due === undefined ? 0 : Math.max(0, due - session.deps.clock.monotonicMs())
}

export function setDue(session: RunSession, key: string, afterMs: number): void {
  session.dueAtMs.set(key, session.deps.clock.monotonicMs() + afterMs)
}

/** Waits a little, never so long that a stop or a freeze is noticed late; ends early when there is nothing to wait for. */
export async function pause(session: RunSession, forMs: number): Promise<void> {
  const signal = AbortSignal.any([session.held.signal, session.drain])
  const ms = Math.min(forMs, session.deps.settings.pace.lookAgainMs)
  await delay(ms, undefined, { signal }).catch(() => undefined)
  session.held.assertHeld()
}

export function backoffMs(session: RunSession, tries: number): number {
  const { retryBaseMs, retryMaxMs } = session.deps.settings.pace
  return Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(tries - 1, 20))
}

export async function reach(
  session: RunSession,
  point: DebugPoint,
  work: { readonly step: { readonly id: string }; readonly effect: string },
): Promise<void> {
  await session.deps.debugPoint?.(point, {
    runId: session.held.lease.run.id,
    stepId: work.step.id,
    effect: work.effect,
  })
}
