import type { ActionInput, ActionResult, TargetState } from '../domain/action.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { EffectContext, ReconcileAnswer } from '../ports/action-runner.ts'
import { openDeadline } from '../kernel/deadline.ts'
import type { StartTimer } from '../kernel/start-timer.ts'
import type { StepWork } from './next-work.ts'
import { idempotencyKeyOf } from './prepare-step.ts'
import type { RunSession } from './run-session.ts'
import { within } from './within.ts'

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
  const answer = await bounded(session, work, (signal) => session.deps.actions.readState(inputOf(work), signal))
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
  const { actions } = session.deps
  return settle(session, work, (signal) =>
    actions.perform(inputOf(work), before, contextOf(session, work, behalf, signal)),
  )
}

export async function poll(
  session: RunSession,
  work: StepWork,
  handle: JsonObject,
  behalf: OnBehalfOf,
): Promise<ActionResult> {
  const { actions } = session.deps
  return settle(session, work, (signal) =>
    actions.poll(inputOf(work), handle, contextOf(session, work, behalf, signal)),
  )
}

export async function reconcile(
  session: RunSession,
  work: StepWork,
  attempt: Attempt,
  behalf: OnBehalfOf,
): Promise<ReconcileAnswer> {
  const { actions } = session.deps
  const answer = await bounded(session, work, (signal) =>
    actions.reconcile(inputOf(work), attempt, contextOf(session, work, behalf, signal)),
  ).catch((cause: unknown) => ({ value: { found: 'unknown' as const, detail: messageOf(cause) } }))
  session.held.assertHeld()
  return answer === undefined ? { found: 'unknown', detail: 'the target did not answer in time' } : answer.value
}

function contextOf(session: RunSession, work: StepWork, behalf: OnBehalfOf, signal: AbortSignal): EffectContext {
  const { run } = session.held.lease
  return {
    ...behalf,
    effect: work.effect,
    idempotencyKey: idempotencyKeyOf(run.id, work.step, work.effect),
    incidentId: run.incidentId,
    runId: run.id,
    stepId: work.step.id,
    signal,
  }
}

/** An answer that comes after the lease was lost belongs to nobody: assertHeld throws and nothing is recorded. */
async function settle(
  session: RunSession,
  work: StepWork,
  call: (signal: AbortSignal) => Promise<ActionResult>,
): Promise<ActionResult> {
  const answer = await bounded(session, work, call).catch((cause: unknown) => ({
    value: { outcome: 'unknown' as const, detail: messageOf(cause) },
  }))
  session.held.assertHeld()
  return answer === undefined ? { outcome: 'unknown', detail: 'no answer came in time' } : answer.value
}

/** The call is stopped at its deadline and when the lease is lost. undefined when nothing came in time. */
async function bounded<Value>(
  session: RunSession,
  { step }: StepWork,
  call: (signal: AbortSignal) => Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  const { callTimeoutMs } = step.description
  const deadline = openDeadline({ clock: session.deps.clock, startTimer }, callTimeoutMs, session.held.signal)
  try {
    return await within(callTimeoutMs + GRACE_MS, call(deadline.signal))
  } finally {
    deadline.end()
  }
}

const startTimer: StartTimer = (ms, whenOver) => {
  const timer = setTimeout(whenOver, ms)
  return () => {
    clearTimeout(timer)
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given'
}
