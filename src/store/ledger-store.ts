import { sql } from './drizzle.ts'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storableText } from '../kernel/clean-text.ts'
import { FencedError, StaleError } from '../kernel/errors.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { AlsoIntended, AttemptMove, LedgerStore, NewAttempt, Told } from '../ports/ledger-store.ts'
import type { RunLease } from '../ports/run-store.ts'
import { toAttempt } from './attempt-row.ts'
import type { AttemptRow } from './attempt-row.ts'
import {
  INTEND,
  INTEND_AS_SENT,
  INTEND_IF_UNCHANGED,
  IS_ALL_FROZEN,
  MOVE,
  MOVE_AND_TELL,
  toldValues,
} from './ledger-statements.ts'
import { notifyLater } from './notify.ts'
import { toDate } from './run-row.ts'
import { unchangedValues } from './run-versions.ts'
import { SQL_STATE, sqlStateOf } from './sql-state.ts'
import { storableJson } from './storable-json.ts'
import type { Database } from './database.ts'

/**
 * Intent, ledger row and audit leaf in one statement each way, so that there is no moment at which one stands without
 * the others. The statement itself checks the fence and, for an intent, that the approval still holds and that the
 * kill switch or another configuration did not come in between: the proposal is locked first and the run second, the same order in which
 * decisions lock them.
 */
export function createLedgerStore(db: Database, surfaces: readonly SurfaceName[]): LedgerStore {
  return {
    intend: (lease, attempt, leaf, also) => intend(db, lease, attempt, { leaf, ...also }),
    move: (lease, attempt, to, leaf, told) => move({ db, surfaces }, lease, attempt, to, { leaf, told }),
    list: async (runId) => {
      const { rows } = await db.execute<AttemptRow>(sql`SELECT * FROM attempts WHERE run_id = ${runId} ORDER BY id`)
      return rows.map(toAttempt)
    },
    elapsed: async (attempt) => {
      const { rows } = await db.execute<{ intended: number; finished: number | null }>(sql`
        SELECT (extract(epoch FROM clock_timestamp() - intended_at) * 1000)::float8 AS intended,
               (extract(epoch FROM clock_timestamp() - finished_at) * 1000)::float8 AS finished
          FROM attempts WHERE id = ${attempt.id}::bigint`)
      return { sinceIntendedMs: rows[0]?.intended ?? 0, sinceFinishedMs: rows[0]?.finished ?? null }
    },
  }
}

type Intent = AlsoIntended & { readonly leaf: SealedLeaf | null }

async function intend(db: Database, lease: RunLease, attempt: NewAttempt, intent: Intent): Promise<Attempt> {
  const { timeoutMs, configuration, ...own } = attempt
  const { id: runId, proposalId } = lease.run
  const before = storable(attempt.before)
  const isUndo = attempt.direction === 'undo'
  const values = { ...own, timeoutMs, configuration, proposalId, runId, fence: lease.fence, isUndo }
  try {
    const [row] = await insertIntent(db, { ...values, before: before.text }, intent)
    if (row !== undefined) {
      const isSent = row.sent_at !== null
      return {
        ...own,
        ...{ handle: null, output: null, after: null, finishedAt: null },
        ...(isSent ? { state: 'sent', detail: 'sent' } : { state: 'intended', detail: null }),
        id: String(row.id),
        runId,
        fence: lease.fence,
        before: before.value,
        intendedAt: new Date(row.intended_at),
        sentAt: toDate(row.sent_at),
      }
    }
  } catch (error) {
    if (sqlStateOf(error) !== SQL_STATE.uniqueViolation) throw error
    throw new StaleError('attempt_open', `${lease.run.id} has an attempt of ${attempt.stepId} on record already.`)
  }
  if (intent.unchanged !== undefined) {
    throw new StaleError('read_again', `${runId} is not as it was read; it is read again.`)
  }
  throw await explainIntent(db, lease, attempt)
}

function insertIntent(db: Database, values: Parameters<typeof INTEND>[1], { leaf, sent, unchanged }: Intent) {
  const marks = leaf === null || sent === undefined ? null : { leaf, sent }
  if (unchanged === undefined) {
    return marks === null ? INTEND(db, values, leaf) : INTEND_AS_SENT.always(db, values, marks.leaf, marks.sent)
  }
  const compared = { ...values, ...unchangedValues(unchanged) }
  return marks === null
    ? INTEND_IF_UNCHANGED(db, compared, leaf)
    : INTEND_AS_SENT.ifUnchanged(db, compared, marks.leaf, marks.sent)
}

async function explainIntent(db: Database, lease: RunLease, attempt: NewAttempt): Promise<Error> {
  const { rows } = await db.execute<{
    fence: number | string
    state: string
    proposal: string
    is_frozen: boolean
    is_moved: boolean
  }>(sql`
    SELECT r.fence, r.state, p.state AS proposal,
           ${IS_ALL_FROZEN} AS is_frozen,
           EXISTS (SELECT FROM configuration_in_force WHERE digest IS DISTINCT FROM ${attempt.configuration}::text) AS is_moved
      FROM runs r JOIN proposals p ON p.id = r.proposal_id
     WHERE r.id = ${lease.run.id}`)
  const now = rows[0]
  if (now === undefined || Number(now.fence) !== lease.fence) return new FencedError(lease.run.id)
  if (now.state !== 'running') return new StaleError('run_moved', `${lease.run.id} is ${now.state}, not running.`)
  if (now.proposal !== 'approved') {
    return new StaleError('proposal_not_approved', `${lease.run.proposalId} is ${now.proposal}, not approved.`)
  }
  if (now.is_moved) {
    return new StaleError('configuration_moved', `Another configuration is in force; ${lease.run.id} looks again.`)
  }
  return now.is_frozen
    ? new StaleError('frozen', `Everything is frozen, so ${lease.run.id} sends nothing.`)
    : new StaleError('proposal_expired', `${lease.run.proposalId} may not start this step any more: its time is over.`)
}

async function move(
  { db, surfaces }: { readonly db: Database; readonly surfaces: readonly SurfaceName[] },
  lease: RunLease,
  attempt: Attempt,
  to: AttemptMove,
  { leaf, told }: { readonly leaf: SealedLeaf | null; readonly told: Told | undefined },
): Promise<Attempt> {
  const handle = keptOr(attempt.handle, to.handle)
  const output = keptOr(attempt.output, to.output)
  const after = keptOr(attempt.after, to.after)
  const detail = storableText(to.detail)
  const values = {
    runId: lease.run.id,
    fence: lease.fence,
    // The kill switch may have been thrown since the intent, however long ago that was for a replica that was paused. A
    // check that is under way has no effect and comes with a handle.
    isSending: attempt.state === 'intended' && to.to === 'sent' && to.handle === undefined,
    attemptId: attempt.id,
    from: attempt.state,
    to: to.to,
    detail,
    ...{ keepsHandle: handle.isKept, handle: handle.text, keepsOutput: output.isKept, output: output.text },
    ...{ keepsAfter: after.isKept, after: after.text },
    isSent: to.to === 'sent',
    isDone: to.to === 'done',
    isClosed: to.to === 'done' || to.to === 'failed' || to.to === 'unknown',
  }
  const [row] =
    told === undefined
      ? await MOVE(db, values, leaf)
      : await MOVE_AND_TELL(db, { ...values, ...toldValues(told, surfaces) }, leaf)
  if (row === undefined) throw await explainMove(db, lease, attempt, to)
  if (told !== undefined) {
    notifyLater(db, [
      ['outbox', ''],
      ['incident', told.entry.incidentId],
    ])
  }
  return {
    ...attempt,
    ...{ state: to.to, detail, handle: handle.value, output: output.value, after: after.value },
    sentAt: toDate(row.sent_at),
    finishedAt: toDate(row.finished_at),
  }
}

async function explainMove(db: Database, lease: RunLease, attempt: Attempt, to: AttemptMove): Promise<Error> {
  const { rows } = await db.execute<{ fence: number | string; state: string | null; is_frozen: boolean }>(sql`
    SELECT r.fence, a.state, ${IS_ALL_FROZEN} AS is_frozen FROM runs r LEFT JOIN attempts a ON a.run_id = r.id AND a.id = ${attempt.id}::bigint
     WHERE r.id = ${lease.run.id}`)
  const now = rows[0]
  if (now === undefined || Number(now.fence) !== lease.fence) return new FencedError(lease.run.id)
  if (now.is_frozen && to.to === 'sent' && now.state === 'intended') {
    return new StaleError('frozen', `Everything is frozen, so ${lease.run.id} sends nothing.`)
  }
  return new StaleError(
    'attempt_moved',
    `Attempt ${String(attempt.number)} of ${attempt.stepId} is ${now.state ?? 'gone'} and cannot go from ${attempt.state} to ${to.to}.`,
  )
}

/** As it will be read again; U+0000 and the like are not in it. */
function storable(value: JsonObject | null): { readonly text: string | null; readonly value: JsonObject | null } {
  if (value === null) return { text: null, value: null }
  const text = JSON.stringify(storableJson(value))
  return { text, value: JSON.parse(text) as JsonObject }
}

/** A field that the move does not name stays as it is. */
function keptOr(
  before: JsonObject | null,
  now: JsonObject | null | undefined,
): ReturnType<typeof storable> & { readonly isKept: boolean } {
  return now === undefined ? { isKept: true, text: null, value: before } : { isKept: false, ...storable(now) }
}
