import type { ActionResult } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import { onBehalfOf, perform, poll } from './call-action.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import { endingOf } from './ending-of.ts'
import type { RunEnd } from './executor-deps.ts'
import type { StepWork } from './next-work.ts'
import { readGrounds } from './read-progress.ts'
import { recordOutcome, write } from './record-outcome.ts'
import { backoffMs, pause, reach, setDue, waitOf } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'

type Waiting = StepWork & { readonly attempt: Attempt }

/**
 * A step that the target has accepted, or a check that is not decided yet. What was sent is followed to its end, since
 * its outcome is a fact to be recorded; a check has no effect and is dropped as soon as somebody stops the run.
 */
export async function awaitStep(session: RunSession, progress: Progress, work: Waiting): Promise<RunEnd | undefined> {
  const { attempt, step } = work
  if (step.description.isVerification) {
    const stopped = await dropCheckWhenStopped(session, progress, work)
    if (stopped !== undefined) return stopped
  }
  const wait = waitOf(session, attempt.id)
  if (wait > session.deps.settings.pace.holdMs) return { kind: 'later', afterMs: wait }
  if (wait > 0) {
    await pause(session, wait)
    return undefined
  }
  await reach(session, 'before-poll', work)
  const result = await ask(session, progress, work)
  const judged = await judge(session, work, result)
  if (judged !== undefined) await recordOutcome(session, progress, work, judged)
  return undefined
}

async function ask(session: RunSession, progress: Progress, work: Waiting): Promise<ActionResult> {
  const decisions = await session.deps.stores.decisions.list(progress.proposal.id)
  const behalf = onBehalfOf(progress.proposal, decisions)
  return work.attempt.handle === null
    ? perform(session, work, null, behalf)
    : poll(session, work, work.attempt.handle, behalf)
}

/**
 * A step has its own deadline, counted by the database from its intent. A check that is not decided by then has failed.
 * An effect that its target is still at may yet happen, also when nobody looked in time because replicas died: what
 * became of it is not known, so it is reconciled, and shown to a person where the target is still at it. undefined while
 * there is nothing to record.
 */
async function judge(session: RunSession, work: Waiting, result: ActionResult): Promise<ActionResult | undefined> {
  if (result.outcome === 'done' || result.outcome === 'failed') return result
  const isCheck = work.step.description.isVerification
  // What a look at an effect proves is recorded as it is; only a check may simply be made again.
  if (!isCheck && result.outcome !== 'pending') return result
  const { sinceIntendedMs } = await session.deps.stores.ledger.elapsed(work.attempt)
  if (sinceIntendedMs > work.step.timeoutMs) {
    const detail = `not finished within ${String(Math.round(work.step.timeoutMs / 1000))} s: ${result.detail}`
    return isCheck ? { outcome: 'failed', detail, output: {}, after: null } : { outcome: 'unknown', detail }
  }
  if (result.outcome === 'pending') return result
  const asked = result.outcome === 'not_executed' ? result.retryAfterMs : null
  setDue(session, work.attempt.id, asked ?? backoffMs(session, 2))
  return undefined
}

async function dropCheckWhenStopped(
  session: RunSession,
  progress: Progress,
  work: Waiting,
): Promise<RunEnd | undefined> {
  const verdict = checkBeforeStep(await readGrounds(session, progress.plan))
  if (verdict.verdict !== 'stop') return undefined
  const move = { to: 'failed', detail: `Not decided: ${verdict.reason}` } as const
  // The end of the run says why; this only closes the check.
  const run = progress.run.state
  const telling = { event: 'step.failed', outcome: 'failure', status: 'failed', text: null, run } as const
  await write(session, progress, work, move, telling)
  return endRun(session, progress, endingOf(verdict))
}
