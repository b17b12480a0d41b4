import { approvalFields } from '../audit/approval-fields.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { TargetState } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import { FencedError, RefusedError, StaleError } from '../kernel/errors.ts'
import { momentOf } from '../kernel/moment.ts'
import type { Moment } from '../kernel/moment.ts'
import { STOOD_STILL_NOTE, againReasonOf, countTries, retryAfterOf } from './attempt-notes.ts'
import { onBehalfOf, performAwake, readState } from './call-action.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { closeUnsent } from './close-unsent.ts'
import type { Grounds } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import type { Ending } from './end-run.ts'
import { endingOf } from './ending-of.ts'
import { ensureRunning } from './ensure-running.ts'
import type { RunEnd } from './executor-deps.ts'
import { differences, expectedState } from './expected-state.ts'
import type { Work } from './next-work.ts'
import { crashClassOf, idempotencyKeyOf, requestHashOf } from './prepare-step.ts'
import { readGrounds, readGroundsOfNext } from './read-progress.ts'
import type { GroundsRead } from './read-progress.ts'
import { recordOutcome } from './record-outcome.ts'
import { hasSentNothing, isStillAsRead } from './look-again.ts'
import { isSentWithIntent, markSent, sentLeafOf } from './mark-sent.ts'
import { isSameLedger } from './is-same-ledger.ts'
import { backoffMs, pause, reach, setDue, waitOf } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'
import { lookedRecently } from './looked-recently.ts'
import { stepRecordOf } from './tell.ts'
import { verifyPlan } from './verify-plan.ts'
import { waitForLog } from './wait-for-log.ts'

type Send = Extract<Work, { kind: 'send' }>

/**
 * One effect, once: is the log far enough → read the target → is it as approved → does everything still hold → the intent is durable → is the
 * target still as it was read (where it takes no precondition) → is the lease still ours → mark sent → send → record. `undefined` means: look at the ledger again and go on.
 */
export async function sendEffect(session: RunSession, progress: Progress, work: Send): Promise<RunEnd | undefined> {
  const wait = await waitBeforeRetry(session, work.tried)
  if (wait > 0) return later(session, progress, wait)
  if (countTries(work.tried) >= session.deps.settings.pace.maxAttempts) return giveUp(session, progress, work)
  const waits = await waitForLog(session, progress, work)
  if (waits !== undefined) return waits
  const state = await lookAtTarget(session, progress, work)
  if (state.kind === 'again') return undefined
  if (state.kind === 'end') return endRun(session, progress, state.ending)

  const grounds = await findGrounds(session, progress, work, state.value)
  // Another ledger than the one this work was found in, or another plan: the next turn looks by itself.
  if (!isOfThisWork(session, progress, grounds)) return undefined
  const refusal = await refuseStep(session, { ...progress, ...grounds }, work, state.value)
  if (refusal !== undefined) return refusal
  await reach(session, 'before-intent', work)
  const beganAt = momentOf(session.deps.clock)
  const attempt = await intend(session, { ...progress, ...grounds }, work, state.value)
  if (attempt === undefined) return undefined
  await reach(session, 'after-intent', work)
  if (work.step.description.isVerification) return undefined
  const now = { ...progress, run: { ...grounds.run, state: 'running' as const } }
  const missing = grounds.missingNow()
  if (missing !== null) {
    await closeUnsent(session, now, { ...work, attempt }, `${missing}.`)
    return undefined
  }
  if (!(await isStillAsRead(session, now, { ...work, attempt }, state.value))) return undefined
  await send(session, now, { ...work, attempt }, { grounds, beganAt })
  return undefined
}

function isOfThisWork({ seen }: RunSession, { attempts }: Progress, grounds: GroundsRead): boolean {
  return isSameLedger(attempts, grounds.attempts) && verifyPlan(seen, grounds.proposal).ok
}

/** What was carried over may let a step go, and never refuses one: that is said from a reading of this moment. */
async function findGrounds(
  session: RunSession,
  progress: Progress,
  work: Send,
  state: TargetState | null,
): Promise<GroundsRead> {
  const carried = await readGroundsOfNext(session, progress)
  const isEnough = carried.unchanged === undefined || refusalOf({ ...progress, ...carried }, work, state) === undefined
  return isEnough ? carried : readGrounds(session, progress.plan, progress.attempts)
}

async function waitBeforeRetry(session: RunSession, tried: readonly Attempt[]): Promise<number> {
  const last = tried.at(-1)
  if (last === undefined || againReasonOf(last) !== 'not_executed') return 0
  const { sinceFinishedMs } = await session.deps.stores.ledger.elapsed(last)
  const asked = retryAfterOf(last) ?? 0
  const wanted = Math.max(asked, backoffMs(session, countTries(tried)))
  return Math.max(0, wanted - (sinceFinishedMs ?? wanted))
}

/** Short waits keep the lease; a long one gives the run back. */
async function later(session: RunSession, progress: Progress, ms: number): Promise<RunEnd | undefined> {
  const stopped = checkBeforeStep(await readGrounds(session, progress.plan))
  if (stopped.verdict === 'stop') return endRun(session, progress, endingOf(stopped))
  if (ms > session.deps.settings.pace.holdMs) return { kind: 'later', afterMs: ms }
  await pause(session, ms)
  return undefined
}

function giveUp(session: RunSession, progress: Progress, { step, tried }: Send): Promise<RunEnd> {
  const last = tried.at(-1)?.detail ?? ''
  return endRun(session, progress, {
    state: 'failed',
    reasonCode: 'attempts_used_up',
    reason: `step ${step.id} was not carried out in ${String(countTries(tried))} tries; the last one: ${last}`,
  })
}

type Look =
  | { readonly kind: 'state'; readonly value: TargetState | null }
  | { readonly kind: 'again' }
  | { readonly kind: 'end'; readonly ending: Ending }

/** A target that cannot be read is read again for a while; nothing is sent to a target in an unknown state. */
async function lookAtTarget(session: RunSession, progress: Progress, work: Send): Promise<Look> {
  if (work.step.description.isVerification) return { kind: 'state', value: null }
  const key = `read:${work.step.direction}:${work.step.id}`
  if (waitOf(session, key) > 0) {
    await pause(session, waitOf(session, key))
    return { kind: 'again' }
  }
  try {
    const value = await readState(session, work)
    session.readFailures.delete(key)
    return { kind: 'state', value }
  } catch (cause) {
    if (cause instanceof FencedError) throw cause
    const why = cause instanceof Error ? cause.message : 'no reason given'
    if (cause instanceof RefusedError) {
      const ending = cause.code === 'frozen' ? frozen(work, why) : unfit(progress, work, why)
      return { kind: 'end', ending }
    }
    const failures = (session.readFailures.get(key) ?? 0) + 1
    session.readFailures.set(key, failures)
    if (failures >= session.deps.settings.pace.maxAttempts) {
      const reason = `the state before step ${work.step.id} could not be read: ${why}`
      return { kind: 'end', ending: { state: 'failed', reasonCode: 'target_unreadable', reason } }
    }
    setDue(session, key, backoffMs(session, failures))
    return { kind: 'again' }
  }
}

/** The target is in a state in which the action does not fit any more: that is drift, said by the action itself. */
function unfit(progress: Progress, { step }: Send, why: string): Ending {
  const reason = `step ${step.id} no longer fits: ${why}`
  return { state: 'stopped', reasonCode: 'drifted', reason, proposal: 'drifted', asksAgain: hasSentNothing(progress) }
}

/** The target's own freeze, such as a sync window of Argo CD; it is no drift, and the plan may be right. */
function frozen({ step }: Send, why: string): Ending {
  const reason = `${step.target.resource} is frozen: ${why}`
  return { state: 'stopped', reasonCode: 'frozen', reason, proposal: 'cancelled' }
}

/** What ends or holds the run before this step, ended or held; undefined when nothing does. */
export async function refuseStep(
  session: RunSession,
  progress: Progress & Grounds,
  work: Send,
  state: TargetState | null,
): Promise<RunEnd | undefined> {
  const refusal = refusalOf(progress, work, state)
  if (refusal === undefined) return undefined
  if (refusal !== 'hold') return endRun(session, progress, refusal)
  await session.deps.stores.leasedRuns.setAside(session.held.lease)
  return { kind: 'handed_over' }
}

function refusalOf(progress: Progress & Grounds, work: Send, state: TargetState | null): Ending | 'hold' | undefined {
  const verdict = checkBeforeStep(progress)
  if (verdict.verdict === 'stop') return endingOf(verdict)
  if (verdict.verdict === 'hold') return 'hold'
  const expected = expectedState(work.step, progress.plan, progress.attempts)
  const drift = expected === null ? [] : differences(expected, state)
  if (drift.length === 0) return undefined
  return {
    state: 'stopped',
    reasonCode: 'drifted',
    reason: `${work.step.target.resource} is no longer as approved: ${drift.join('; ')}`,
    proposal: 'drifted',
    asksAgain: hasSentNothing(progress),
  }
}

/** undefined when the approval fell between our look and the intent: the next look says how. */
async function intend(
  session: RunSession,
  progress: Progress & GroundsRead,
  work: Send,
  state: TargetState | null,
): Promise<Attempt | undefined> {
  const { deps, held } = session
  const { step, effect } = work
  await ensureRunning(session, progress)
  const first = work.tried.find((attempt) => againReasonOf(attempt) === 'reissue')
  const attempt = {
    stepId: step.id,
    stepIndex: step.index,
    direction: step.direction,
    effect,
    number: work.tried.length + 1,
    uses: step.uses,
    crashClass: step.description.isVerification ? 'idempotent' : crashClassOf(step),
    idempotencyKey: idempotencyKeyOf(held.lease.run.id, step, effect),
    requestHash: requestHashOf(step, effect),
    // A re-issue continues the first try, so a later look must compare with the state before that one.
    before: first === undefined ? state : first.before,
    timeoutMs: step.timeoutMs,
    configuration: progress.configuration,
  } as const
  const about = { ...attempt, fence: held.lease.fence }
  const sent = isSentWithIntent(work) ? sentLeafOf(session, progress, work, about) : undefined
  const glass = progress.glass === null ? {} : { glassBrokenBy: progress.glass.brokenBy }
  const undo = progress.run.undoRequest === null ? {} : { undoRequestedBy: progress.run.undoRequest.by }
  const { unasked } = progress.standings
  const accounts = unasked.length === 0 ? {} : { accountsNotAsked: unasked }
  const behalf = { ...onBehalfOf(progress.proposal, progress.decisions), ...glass, ...undo, ...accounts }
  const leaf = deps.seal({
    ...stepRecordOf(progress, 'step.intended', 'success', work, about, behalf),
    ...intentFields(progress, work, attempt.before),
    states: { attempt: 'intended' },
  })
  try {
    return await deps.stores.ledger.intend(held.lease, attempt, leaf, { unchanged: progress.unchanged, sent })
  } catch (error) {
    if (!(error instanceof StaleError)) throw error
    if (error.code === 'configuration_moved') await deps.configuration.catchUp()
    return undefined
  }
}

/** Field 12 and 13 of an intent: exactly what is sent, on which state, how it is taken back, and who approved it. */
function intentFields(
  { plan, decisions }: Progress & Grounds,
  { step }: Send,
  before: TargetState | null,
): Pick<AuditRecord, 'params' | 'preconditions' | 'rollbackRef' | 'approvals'> {
  const undo = step.direction === 'forward' ? plan.steps.find(({ id }) => id === step.id)?.undo : null
  return {
    params: step.args,
    preconditions: before ?? {},
    rollbackRef: undo == null ? 'none' : { uses: undo.uses, target: undo.target.resource },
    approvals: approvalFields(decisions),
  }
}

/**
 * The lease is compared twice: before the attempt is marked as sent, so that a late process leaves a provably unsent
 * attempt, and after, since marking takes time. So is the time, since marking is where the kill switch is looked at.
 * Between the last look and the call there is no await, and a replica that stands still in the call does not send.
 */
async function send(
  session: RunSession,
  progress: Progress,
  work: Send & { readonly attempt: Attempt },
  { grounds, beganAt }: { readonly grounds: Grounds; readonly beganAt: Moment },
): Promise<void> {
  const { deps, held } = session
  const intended = work.attempt
  held.assertHeld()
  const markedAt = intended.state === 'sent' ? beganAt : momentOf(deps.clock)
  const attempt = intended.state === 'sent' ? intended : await markSent(session, progress, work, intended)
  if (attempt === undefined) return
  await reach(session, 'before-send', work)
  const lookedAt = await lookedRecently(session, progress, markedAt)
  if (lookedAt === undefined) {
    await closeUnsent(session, progress, { ...work, attempt }, STOPPED_LATE)
    return
  }
  held.assertHeld()
  const behalf = onBehalfOf(grounds.proposal, grounds.decisions)
  const result = await performAwake(session, work, { before: attempt.before, behalf, lookedAt })
  await reach(session, 'before-record', work)
  if (result.outcome === 'stood_still') {
    await closeUnsent(session, progress, { ...work, attempt }, result.detail, STOOD_STILL_NOTE)
    return
  }
  await recordOutcome(session, progress, { ...work, attempt }, result)
  await reach(session, 'after-record', work)
}

const STOPPED_LATE = 'It was stopped while the replica that was about to send it stood still. Nothing was sent.'
