import { ENDED_RUN_STATES } from '../domain/run.ts'
import { AppError, RefusedError } from '../kernel/errors.ts'
import { takeApprovalTurn } from './approval-step.ts'
import { awaitStep } from './await-step.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import { closeUnsent } from './close-unsent.ts'
import { endingOf } from './ending-of.ts'
import { sendEffect } from './execute-step.ts'
import type { ExecutorDeps, HeldLease, RunEnd } from './executor-deps.ts'
import { leaveToNewer, unknownIn } from './leave-to-newer.ts'
import { nextWork } from './next-work.ts'
import type { Work } from './next-work.ts'
import { outputsOf, prepareStep } from './prepare-step.ts'
import { readGrounds, readProgress } from './read-progress.ts'
import { markUnknown, reconcileStep } from './reconcile-step.ts'
import { refusePlan } from './refuse-plan.ts'
import type { Progress, RunSession } from './run-session.ts'
import { stepsOfRun } from './steps-of-run.ts'
import { recordOf } from './tell.ts'
import { verifyPlan } from './verify-plan.ts'

/**
 * Advances one claimed run as far as it goes. Each turn reads the ledger, decides from it what is next, and does that
 * one thing: a replica that takes over after a crash does exactly what the first one would have done, because neither
 * knows more than the ledger. FencedError means that the run is another replica's now: nothing more is written.
 *
 *   nothing intended         → check everything, read the target, intend, send, record
 *   intended                 → provably not sent: closed, then as above
 *   sent, accepted           → followed to its end
 *   a nested approval        → people are asked, and the run waits for them (approval-step.ts)
 *   sent, no answer          → unknown: the in-flight window passes, then reconciled by its crash class
 *   all effects of all steps → the run has succeeded (or is undone)
 */
export async function executeRun(deps: ExecutorDeps, held: HeldLease, drain: AbortSignal): Promise<RunEnd> {
  const session: RunSession = {
    deps,
    held,
    drain,
    dueAtMs: new Map(),
    readFailures: new Map(),
    unasked: new Map(),
    seen: {},
  }
  let isLocked = false
  for (;;) {
    held.assertHeld()
    const left = takeLeft(session)
    const reading = left ?? (await readProgress(session))
    if (ENDED_RUN_STATES.includes(reading.run.state)) return { kind: 'ended' }
    const verified = verifyPlan(session.seen, reading.proposal)
    if (!verified.ok) return refusePlan(session, reading, verified.reason)
    const progress: Progress = { ...reading, plan: verified.plan }
    if (drain.aborted) return giveBack(session, progress)
    const unknown = unknownIn(verified.plan, deps.knownActions)
    if (unknown !== undefined) return leaveToNewer(session, progress, unknown)
    if (!isLocked) {
      const wait = await lockTargets(session, progress)
      if (wait !== undefined) return wait
      isLocked = true
    }
    const work = findWork(session, progress)
    if (left !== undefined && !isSendOfStep(work)) continue
    const end = await takeTurn(session, progress, work).catch((error: unknown) =>
      endUnreadable(session, progress, error),
    )
    if (end !== undefined) return end
  }
}

/** What the step before left, once. */
function takeLeft({ seen }: RunSession): Progress | undefined {
  const { left } = seen
  delete seen.left
  return left
}

/**
 * It is enough for finding which step to send next, since the intent compares all of it (`readGroundsOfNext`).
 * Whatever else there is to do is decided by a reading of its own.
 */
function isSendOfStep(work: FoundWork): boolean {
  return work.kind === 'send' && work.step.uses !== 'approval'
}

/** Another version came into force in the middle, and this build cannot read it: nothing is sent by rules nobody reads. */
function endUnreadable(session: RunSession, progress: Progress, error: unknown): Promise<RunEnd> {
  if (!(error instanceof AppError) || error.code !== 'configuration_unreadable') throw error
  const { code, message } = error
  return endRun(session, progress, { state: 'stopped', reasonCode: code, reason: message, proposal: 'cancelled' })
}

/** At shutdown, or for another run: an unknown run goes on as a running one, so that its given-back lease does not mean a person. */
async function giveBack({ deps, held }: RunSession, progress: Progress): Promise<RunEnd> {
  const { run } = progress
  if (run.state === 'unknown') {
    const record = recordOf(progress, 'run.resumed', 'success', { reason: 'given back by its replica' })
    await deps.unitOfWork.run(async (stores) => {
      await stores.leasedRuns.move(held.lease, ['unknown'], 'running', run.detail)
      await stores.audit.append([deps.seal({ ...record, states: { run: 'running' } })])
    })
  }
  return { kind: 'later', afterMs: 0 }
}

/** One active run per target. Who comes second waits, and may be stopped while it does. */
async function lockTargets(session: RunSession, progress: Progress): Promise<RunEnd | undefined> {
  const { deps, held } = session
  const keys = progress.plan.steps.flatMap(({ target, undo }) => [target.lockKey, undo?.target.lockKey ?? null])
  const own = keys.filter((key): key is string => key !== null)
  const taken = await deps.stores.leasedRuns.lockTargets(held.lease, own)
  if (taken === undefined) return undefined
  const verdict = checkBeforeStep(await readGrounds(session, progress.plan))
  if (verdict.verdict === 'stop') return endRun(session, progress, endingOf(verdict))
  deps.log.info({ runId: progress.run.id, target: taken }, 'a run waits for another one on its target')
  return { kind: 'later', afterMs: deps.settings.pace.targetBusyMs }
}

function takeTurn(session: RunSession, progress: Progress, work: FoundWork): Promise<RunEnd | undefined> {
  const isApproval = 'step' in work && work.step.uses === 'approval'
  return isApproval ? takeApprovalTurn(session, progress, work) : carryOut(session, progress, work)
}

async function carryOut(session: RunSession, progress: Progress, work: FoundWork): Promise<RunEnd | undefined> {
  switch (work.kind) {
    case 'refused':
      return endRun(session, progress, { state: 'failed', reasonCode: 'step_refused', reason: work.reason })
    case 'finished':
      return endRun(session, progress, {
        state: progress.run.direction === 'undo' ? 'undone' : 'succeeded',
        reasonCode: 'all_steps_done',
        reason: '',
      })
    case 'failed':
      return endRun(session, progress, {
        state: 'failed',
        reasonCode: 'step_failed',
        reason: `step ${work.step.id} failed: ${work.attempt.detail ?? 'no reason given'}`,
      })
    case 'send':
      return sendEffect(session, progress, work)
    case 'not_sent':
      await closeUnsent(session, progress, work)
      return undefined
    case 'unanswered':
      await markUnknown(session, progress, work)
      return undefined
    case 'poll':
    case 'check':
      return awaitStep(session, progress, work)
    case 'unknown':
      return reconcileStep(session, progress, work)
  }
}

type FoundWork = Work | { readonly kind: 'refused'; readonly reason: string }

function findWork(session: RunSession, { plan, run, attempts }: Progress): FoundWork {
  const outputs = outputsOf(attempts)
  try {
    return nextWork(stepsOfRun(plan, run.direction, attempts), attempts, (step) =>
      prepareStep(session.deps.actions, step, outputs),
    )
  } catch (error) {
    if (error instanceof RefusedError) return { kind: 'refused', reason: error.message }
    throw error
  }
}
