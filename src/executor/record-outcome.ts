import type { ActionResult } from '../domain/action.ts'
import type { AuditOutcome, AuditRecord } from '../domain/audit-entry.ts'
import type { Attempt, RunState } from '../domain/run.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { AttemptMove } from '../ports/ledger-store.ts'
import type { Stores } from '../ports/stores.ts'
import { againNote } from './attempt-notes.ts'
import type { StepWork } from './next-work.ts'
import { outcomeFields } from './outcome-fields.ts'
import type { ResponseStatus } from './outcome-fields.ts'
import { setDue } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'
import { stepRecordOf, tellingOf } from './tell.ts'

interface Telling {
  readonly event: string
  readonly outcome: AuditOutcome
  readonly status: ResponseStatus
  /** null where people are told otherwise: it stands on the log alone. */
  readonly text: string | null
  /** What the run becomes with it. */
  readonly run: RunState
}

/**
 * Writes down what came of an attempt: ledger row, audit leaf, the run's state, timeline and card in one transaction.
 * From here on the outcome is a fact, whoever reads it.
 */
export async function recordOutcome(
  session: RunSession,
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  result: ActionResult,
): Promise<void> {
  const { attempt } = work
  const detail = oneLineText(result.detail, 500)
  session.deps.telemetry.count('step_attempts', { outcome: result.outcome, uses: work.step.uses })
  switch (result.outcome) {
    case 'done':
    case 'failed': {
      const isDone = result.outcome === 'done'
      const move = { to: result.outcome, detail, output: result.output, after: result.after } as const
      const text = `Step ${work.step.id} ${isDone ? 'succeeded' : 'failed'}: ${detail}`
      const event = isDone ? 'step.succeeded' : 'step.failed'
      await write(session, progress, work, move, {
        event,
        outcome: isDone ? 'success' : 'failure',
        status: result.outcome,
        text,
        run: 'running',
      })
      return
    }
    case 'pending': {
      setDue(session, attempt.id, result.pollAfterMs)
      if (attempt.handle !== null && canonicalJson(attempt.handle) === canonicalJson(result.handle)) return
      await write(session, progress, work, { to: 'sent', detail, handle: result.handle }, accepted(work, detail))
      return
    }
    case 'not_executed':
      await recordNotExecuted(session, progress, work, detail, result.retryAfterMs)
      return
    case 'unknown':
      await write(
        session,
        progress,
        work,
        { to: 'unknown', detail },
        {
          event: 'step.unknown',
          outcome: 'unknown',
          status: 'unknown',
          text: `It is not known whether step ${work.step.id} happened (${detail}). The target is asked before anything is done again.`,
          run: 'unknown',
        },
      )
  }
}

/** null in `retryAfterMs` means that trying again would bring the same refusal. */
async function recordNotExecuted(
  session: RunSession,
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  detail: string,
  retryAfterMs: number | null,
): Promise<void> {
  const output: JsonObject | null = retryAfterMs === null ? null : againNote('not_executed', retryAfterMs)
  const then = retryAfterMs === null ? 'It is not tried again.' : 'It is tried again.'
  await write(
    session,
    progress,
    work,
    { to: 'failed', detail, output },
    {
      event: 'step.failed',
      outcome: 'failure',
      status: 'not_executed',
      text: `Step ${work.step.id} was not carried out: ${detail} ${then}`,
      run: 'running',
    },
  )
}

/** Said once; a later handle of the same attempt is only kept. */
function accepted({ step, attempt }: StepWork & { readonly attempt: Attempt }, detail: string): Telling | null {
  if (attempt.handle !== null) return null
  const text = `Step ${step.id} is under way: ${detail}`
  return { event: 'step.accepted', outcome: 'success', status: 'pending', text, run: 'waiting' }
}

/**
 * Also for what is found out later: an attempt that was unknown, or provably never sent. Without a telling the attempt
 * stays in its state, since every move of a state is on the log.
 */
export async function write(
  session: RunSession,
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  move: AttemptMove,
  telling: Telling | null,
): Promise<void> {
  const { deps, held } = session
  const { lease } = held
  if (telling === null) {
    await deps.unitOfWork.single((stores) => stores.ledger.move(lease, work.attempt, move, null))
    return
  }
  const record = outcomeRecordOf(progress, work, move, telling, deps.clock.now())
  const runMoves = telling.run !== progress.run.state
  const states = {
    ...(move.to === work.attempt.state ? {} : { attempt: move.to }),
    ...(runMoves ? { run: telling.run } : {}),
  }
  const told = telling.text === null ? undefined : tellingOf(session, telling.event, telling.text, 'status')
  const leaf = deps.seal({ ...record, states })
  const moveAttempt = (stores: Stores) => stores.ledger.move(lease, work.attempt, move, leaf, told)
  if (!runMoves) {
    session.seen.left = leftBy(session, progress, await deps.unitOfWork.single(moveAttempt))
    return
  }
  await deps.unitOfWork.run(async (stores) => {
    await moveAttempt(stores)
    await stores.leasedRuns.move(lease, ['running', 'waiting', 'unknown'], telling.run, telling.text)
  })
}

/** The ledger as it stands now, for the next turn to find its work in. */
function leftBy({ seen }: RunSession, progress: Progress, moved: Attempt): Progress {
  const others = progress.attempts.filter(({ id }) => id !== moved.id)
  const startedAt = progress.run.startedAt ?? moved.intendedAt
  return {
    ...progress,
    run: { ...progress.run, startedAt },
    attempts: [...others, moved],
    carried: seen.reading,
  }
}

function outcomeRecordOf(
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  move: AttemptMove,
  { event, outcome, status }: Telling,
  now: Date,
): AuditRecord {
  const details: JsonObject = { detail: move.detail, ...(move.after == null ? {} : { after: move.after }) }
  const { execution, ...record } = stepRecordOf(progress, event, outcome, work, work.attempt, details)
  const { response, ...fields } = outcomeFields(work, move, status, now)
  return { ...record, ...fields, execution: { ...execution, ...response } }
}
