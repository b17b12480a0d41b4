import type { ActionInput, ActionResult, TargetState } from '../domain/action.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { EffectContext, ReconcileAnswer } from '../ports/action-runner.ts'
import { openDeadline } from '../kernel/deadline.ts'
import type { Moment } from '../kernel/moment.ts'
import { passedMs } from '../kernel/moment.ts'
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

export interface LastWord {
  readonly before: TargetState | null
  readonly behalf: OnBehalfOf
  /** When it was last looked at whether it is still wanted. */
  readonly lookedAt: Moment
}

/** Nothing was sent, since this process stood still after the last look at what may stop it. */
export interface StoodStill {
  readonly outcome: 'stood_still'
  readonly detail: string
}

/**
 * `perform` for an effect. The look at what may stop it is a recent one when the call begins, and a slow target takes
 * what time it takes; but a process that stood still must not wake up and write a request that was stopped meanwhile.
 * When the connection stands the signal is asked (ADR 0022), and it is over for one that stood still for too long.
 */
export async function performAwake(
  session: RunSession,
  work: StepWork,
  { before, behalf, lookedAt }: LastWord,
): Promise<ActionResult | StoodStill> {
  const { deps, held } = session
  const leftMs = deps.settings.pace.sendWithinMs - passedMs(deps.clock, lookedAt)
  const begunMs = held.stoodStillMs()
  let detail: string | undefined
  const result = await perform(session, work, before, behalf, () => {
    const stoodStillMs = held.stoodStillMs() - begunMs
    if (stoodStillMs === 0 || stoodStillMs <= leftMs) return undefined
    detail = `The replica that was about to send it stood still for ${(stoodStillMs / 1_000).toFixed(1)} s. Nothing was sent; everything is looked at again.`
    return new Error(detail)
  })
  if (detail === undefined || result.outcome !== 'not_executed') return result
  deps.log.warn({ runId: held.lease.run.id, stepId: work.step.id, detail }, 'the process stood still: not sent')
  return { outcome: 'stood_still', detail }
}

/** One request, one attempt. Whatever breaks off here may have happened: only the runner can prove that it did not. */
export async function perform(
  session: RunSession,
  work: StepWork,
  before: TargetState | null,
  behalf: OnBehalfOf,
  whyOver?: () => Error | undefined,
): Promise<ActionResult> {
  const { actions } = session.deps
  return settle(
    session,
    work,
    (signal) => actions.perform(inputOf(work), before, contextOf(session, work, behalf, signal)),
    whyOver,
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
  whyOver?: () => Error | undefined,
): Promise<ActionResult> {
  const answer = await bounded(session, work, call, whyOver).catch((cause: unknown) => ({
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
  whyOver?: () => Error | undefined,
): Promise<{ readonly value: Value } | undefined> {
  const { callTimeoutMs } = step.description
  const deadline = openDeadline({ clock: session.deps.clock, startTimer }, callTimeoutMs, session.held.signal, whyOver)
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
