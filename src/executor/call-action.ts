import { setTimeout as delay } from 'node:timers/promises'
import type { ActionInput, ActionResult, TargetState } from '../domain/action.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { EffectContext, ReconcileAnswer } from '../ports/action-runner.ts'
import type { StepWork } from './next-work.ts'
import { idempotencyKeyOf } from './prepare-step.ts'
import type { RunSession } from './run-session.ts'

/** After its deadline an action gets this long to notice it; then we go on without its answer. */
const GRACE_MS = 1_000

export interface OnBehalfOf {
  readonly requestedBy: string
  readonly approvedBy: readonly string[]
}

export function onBehalfOf(proposal: Proposal, decisions: readonly Decision[]): OnBehalfOf {
  const approvals = decisions.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  return { requestedBy: proposal.requester, approvedBy: approvals.map((approval) => approval.personId) }
}

function inputOf({ step }: StepWork): ActionInput {
  return { uses: step.uses, with: step.args }
}

/** The target's state now. Throws what the runner throws, and an error when the deadline passes. */
export async function readState(session: RunSession, work: StepWork): Promise<TargetState | null> {
  const { callTimeoutMs } = work.step.description
  const signal = AbortSignal.any([session.held.signal, AbortSignal.timeout(callTimeoutMs)])
  const answer = await within(callTimeoutMs, session.deps.actions.readState(inputOf(work), signal))
  session.held.assertHeld()
  if (answer === undefined) throw new Error(`the state of ${work.step.target.resource} was not read in time`)
  return answer.value
}

/** One request, one attempt. Whatever breaks off here may have happened: only the runner can prove that it did not. */
export async function perform(
  session: RunSession,
  work: StepWork,
  before: TargetState | null,
  behalf: OnBehalfOf,
): Promise<ActionResult> {
  const context = contextOf(session, work, behalf)
  return settle(session, work, session.deps.actions.perform(inputOf(work), before, context))
}

export async function poll(
  session: RunSession,
  work: StepWork,
  handle: JsonObject,
  behalf: OnBehalfOf,
): Promise<ActionResult> {
  const context = contextOf(session, work, behalf)
  return settle(session, work, session.deps.actions.poll(inputOf(work), handle, context))
}

export async function reconcile(
  session: RunSession,
  work: StepWork,
  attempt: Attempt,
  behalf: OnBehalfOf,
): Promise<ReconcileAnswer> {
  const context = contextOf(session, work, behalf)
  const { callTimeoutMs } = work.step.description
  const asked = session.deps.actions.reconcile(inputOf(work), attempt, context)
  const answer = await within(callTimeoutMs, asked).catch((cause: unknown) => ({
    value: { found: 'unknown' as const, detail: messageOf(cause) },
  }))
  session.held.assertHeld()
  return answer === undefined ? { found: 'unknown', detail: 'the target did not answer in time' } : answer.value
}

function contextOf(session: RunSession, work: StepWork, behalf: OnBehalfOf): EffectContext {
  const { run } = session.held.lease
  return {
    ...behalf,
    effect: work.effect,
    idempotencyKey: idempotencyKeyOf(run.id, work.step, work.effect),
    incidentId: run.incidentId,
    runId: run.id,
    stepId: work.step.id,
    signal: AbortSignal.any([session.held.signal, AbortSignal.timeout(work.step.description.callTimeoutMs)]),
  }
}

/** An answer that comes after the lease was lost belongs to nobody: assertHeld throws and nothing is recorded. */
async function settle(session: RunSession, work: StepWork, called: Promise<ActionResult>): Promise<ActionResult> {
  const answer = await within(work.step.description.callTimeoutMs, called).catch((cause: unknown) => ({
    value: { outcome: 'unknown' as const, detail: messageOf(cause) },
  }))
  session.held.assertHeld()
  return answer === undefined ? { outcome: 'unknown', detail: 'no answer came in time' } : answer.value
}

/** undefined when nothing came in time. */
async function within<T>(ms: number, called: Promise<T>): Promise<{ readonly value: T } | undefined> {
  const timer = new AbortController()
  const late = delay(ms + GRACE_MS, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    return await Promise.race([called.then((value) => ({ value })), late])
  } finally {
    timer.abort()
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given'
}
