import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ReconcileAnswer } from '../ports/action-runner.ts'
import { againNote, countTries } from './attempt-notes.ts'
import { onBehalfOf, reconcile } from './call-action.ts'
import type { RunEnd } from './executor-deps.ts'
import type { StepWork } from './next-work.ts'
import type { ResponseStatus } from './outcome-fields.ts'
import { recordOutcome, write } from './record-outcome.ts'
import { backoffMs, pause, reach, setDue, waitOf } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'
import { stepRecordOf, tell } from './tell.ts'

type Unknown = StepWork & { readonly attempt: Attempt }

/**
 * What became of a request whose answer is missing. Nothing is done before the target's in-flight window has passed by
 * database time, since a request that is still under way looks like one that never was:
 *
 *   idempotent   → sent again under the same key and a new intent
 *   queryable    → the target is asked: executed → its outcome; not executed → sent once more under a new intent;
 *                  no answer → asked again for a while; cannot tell → a person
 *   opaque       → a person
 */
export async function reconcileStep(
  session: RunSession,
  progress: Progress,
  work: Unknown,
): Promise<RunEnd | undefined> {
  const { attempt } = work
  const { sinceFinishedMs } = await session.deps.stores.ledger.elapsed(attempt)
  const rest = session.deps.settings.inflightWindowMs - (sinceFinishedMs ?? 0)
  const wait = Math.max(rest, waitOf(session, attempt.id))
  if (wait > 0) {
    await pause(session, wait)
    return undefined
  }
  await reach(session, 'before-reconcile', work)
  switch (attempt.crashClass) {
    case 'idempotent':
      return reissue(session, progress, work)
    case 'queryable':
      return askTarget(session, progress, work, sinceFinishedMs ?? 0)
    case 'opaque':
      return askPerson(session, progress, work, 'its target cannot be asked')
  }
}

/** The request may have been written and no answer is on record: another replica died in the middle, or we did. */
export async function markUnknown(session: RunSession, progress: Progress, work: Unknown): Promise<void> {
  const detail = 'no answer was recorded before the replica that sent it stopped'
  await recordOutcome(session, progress, work, { outcome: 'unknown', detail })
}

async function reissue(session: RunSession, progress: Progress, work: Unknown): Promise<RunEnd | undefined> {
  const { step } = work
  const tries = triesOf(progress, work)
  if (tries >= session.deps.settings.pace.maxAttempts) {
    return askPerson(session, progress, work, `no answer came in ${String(tries)} tries`)
  }
  await resolve(session, progress, work, {
    status: 'unknown',
    output: againNote('reissue'),
    detail: 'No answer came; it is sent again under the same key, which changes nothing if it happened.',
    text: `Step ${step.id} is sent again under the same key.`,
  })
  return undefined
}

async function askTarget(
  session: RunSession,
  progress: Progress,
  work: Unknown,
  unknownForMs: number,
): Promise<RunEnd | undefined> {
  const decisions = await session.deps.stores.decisions.list(progress.proposal.id)
  const answer = await reconcile(session, work, work.attempt, onBehalfOf(progress.proposal, decisions))
  switch (answer.found) {
    case 'executed':
      return recordFound(session, progress, work, answer)
    case 'not_executed': {
      const tries = triesOf(progress, work)
      if (tries >= session.deps.settings.pace.maxAttempts) {
        return askPerson(session, progress, work, `it was not executed in ${String(tries)} tries`)
      }
      await resolve(session, progress, work, {
        status: 'not_executed',
        output: againNote('not_executed', 0),
        detail: answer.detail,
        text: `Step ${work.step.id} did not happen (${answer.detail}). It is sent once more.`,
      })
      return undefined
    }
    case 'unknown':
      if (unknownForMs > session.deps.settings.pace.reconcileForMs) {
        return askPerson(session, progress, work, answer.detail)
      }
      setDue(session, work.attempt.id, backoffMs(session, 2))
      return undefined
  }
}

function triesOf({ attempts }: Progress, { step, effect }: Unknown): number {
  const isOfEffect = (one: Attempt) =>
    one.stepId === step.id && one.direction === step.direction && one.effect === effect
  return countTries(attempts.filter(isOfEffect))
}

/** The target did it. While it is still at it, it is asked again, until the step's own deadline. */
async function recordFound(
  session: RunSession,
  progress: Progress,
  work: Unknown,
  { result }: Extract<ReconcileAnswer, { found: 'executed' }>,
): Promise<RunEnd | undefined> {
  if (result.outcome === 'done' || result.outcome === 'failed') {
    await recordOutcome(session, progress, work, result)
    return undefined
  }
  const { sinceIntendedMs } = await session.deps.stores.ledger.elapsed(work.attempt)
  if (sinceIntendedMs > work.step.timeoutMs) {
    return askPerson(session, progress, work, `it is not finished: ${result.detail}`)
  }
  setDue(session, work.attempt.id, result.outcome === 'pending' ? result.pollAfterMs : backoffMs(session, 2))
  return undefined
}

interface Resolution {
  readonly status: ResponseStatus
  readonly output: JsonObject
  readonly detail: string
  readonly text: string
}

/** unknown → failed, with the note that another intent may follow. */
async function resolve(
  session: RunSession,
  progress: Progress,
  work: Unknown,
  { status, output, detail, text }: Resolution,
): Promise<void> {
  await write(
    session,
    progress,
    work,
    { to: 'failed', detail, output },
    {
      event: 'step.reconciled',
      outcome: 'success',
      status,
      text,
      run: 'running',
    },
  )
}

/**
 * The run stays `unknown` and the lease is given back: that is what says that it waits for a person, and no sweep picks
 * it up before somebody settles it.
 */
async function askPerson(session: RunSession, progress: Progress, work: Unknown, why: string): Promise<RunEnd> {
  const { deps, held } = session
  const { run } = progress
  const { step, attempt } = work
  const text = `${run.id} needs a person: it is not known whether step ${step.id} happened (${why}). Look at ${step.target.resource}, then an approver says Retry, Mark done or Abort.`
  await deps.unitOfWork.run(async (stores) => {
    await stores.leasedRuns.move(held.lease, ['running', 'waiting', 'unknown'], 'unknown', text)
    await stores.leasedRuns.release(held.lease)
    const record = stepRecordOf(progress, 'step.handed_over', 'unknown', work, attempt, { why })
    await stores.audit.append([deps.seal(run.state === 'unknown' ? record : { ...record, states: { run: 'unknown' } })])
    await tell(session, stores, 'step.handed_over', text, 'approval')
  })
  deps.log.error({ runId: run.id, stepId: step.id }, 'a step needs a person')
  return { kind: 'handed_over' }
}
