import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storableText } from '../kernel/clean-text.ts'
import { FencedError, StaleError } from '../kernel/errors.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { AttemptMove, LedgerStore, NewAttempt, Told } from '../ports/ledger-store.ts'
import type { RunLease } from '../ports/run-store.ts'
import { toAttempt } from './attempt-row.ts'
import type { AttemptRow } from './attempt-row.ts'
import { milliseconds } from './milliseconds.ts'
import { notifyLater } from './notify.ts'
import { appendCard } from './outbox-store.ts'
import { SQL_STATE, sqlStateOf } from './sql-state.ts'
import { storableJson } from './storable-json.ts'
import { appendEntry } from './timeline-store.ts'
import type { Database } from './database.ts'

/**
 * Intent, ledger row and audit leaf in one statement each way, so that there is no moment at which one stands without
 * the others. The statement itself checks the fence and, for an intent, that the approval still holds and that the
 * kill switch or another configuration did not come in between: the proposal is locked first and the run second, the same order in which
 * decisions lock them.
 */
export function createLedgerStore(db: Database, surfaces: readonly SurfaceName[]): LedgerStore {
  return {
    intend: (lease, attempt, leaf) => intend(db, lease, attempt, leaf),
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

/** `freeze all`, the kill switch, holds now. */
const IS_ALL_FROZEN = sql`EXISTS (
  SELECT FROM freezes WHERE service IS NULL AND lifted_at IS NULL AND until > clock_timestamp())`

async function intend(db: Database, lease: RunLease, attempt: NewAttempt, leaf: SealedLeaf | null): Promise<Attempt> {
  const isUndo = attempt.direction === 'undo'
  try {
    const { rows } = await db.execute<AttemptRow>(sql`
      WITH approved AS MATERIALIZED (
        SELECT id, state, expires_at, glass_until FROM proposals WHERE id = ${lease.run.proposalId} FOR SHARE
      ), mine AS (
        SELECT r.id FROM runs r, approved a
         WHERE r.id = ${lease.run.id} AND r.fence = ${lease.fence} AND r.state = 'running'
           AND NOT ${IS_ALL_FROZEN}
           AND NOT EXISTS (
             SELECT FROM configuration_in_force WHERE digest IS DISTINCT FROM ${attempt.configuration}::text)
           AND (${isUndo}::boolean OR (
                 a.state = 'approved' AND (r.started_at IS NOT NULL OR a.expires_at > clock_timestamp())
                 AND coalesce(a.glass_until > clock_timestamp(), true)))
         FOR UPDATE OF r
      ), started AS (
        UPDATE runs SET started_at = coalesce(started_at, clock_timestamp()), unwritable_since = NULL
         WHERE id = (SELECT id FROM mine) AND (started_at IS NULL OR unwritable_since IS NOT NULL)
      )${appendLeaf(leaf, sql`mine`)}
      INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
                            idempotency_key, fence, request_hash, before, deadline_at)
      SELECT id, ${attempt.stepId}, ${attempt.stepIndex}::int, ${attempt.direction}, ${attempt.effect},
             ${attempt.number}::int, ${attempt.uses}, ${attempt.crashClass}, 'intended',
             ${attempt.idempotencyKey}, ${lease.fence}::bigint, ${attempt.requestHash}, ${asJson(attempt.before)},
             clock_timestamp() + ${milliseconds(attempt.timeoutMs)}
        FROM mine
      RETURNING *`)
    if (rows[0] !== undefined) return toAttempt(rows[0])
  } catch (error) {
    if (sqlStateOf(error) !== SQL_STATE.uniqueViolation) throw error
    throw new StaleError('attempt_open', `${lease.run.id} has an attempt of ${attempt.stepId} on record already.`)
  }
  throw await explainIntent(db, lease, attempt)
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
  const isClosed = to.to === 'done' || to.to === 'failed' || to.to === 'unknown'
  // The kill switch may have been thrown since the intent, however long ago that was for a replica that was paused. A
  // check that is under way has no effect and comes with a handle.
  const isSending = attempt.state === 'intended' && to.to === 'sent' && to.handle === undefined
  const { rows } = await db.execute<AttemptRow>(sql`
    WITH mine AS (
      SELECT id FROM runs WHERE id = ${lease.run.id} AND fence = ${lease.fence}
         AND state IN ('queued', 'running', 'waiting', 'unknown')
         AND NOT (${isSending}::boolean AND ${IS_ALL_FROZEN}) FOR UPDATE
    ), moved AS (
      UPDATE attempts
         SET state = ${to.to}, detail = ${storableText(to.detail)},
             handle = ${keepOr('handle', to.handle)},
             output = ${keepOr('output', to.output)},
             after = ${keepOr('after', to.after)},
             sent_at = CASE WHEN ${to.to === 'sent'}::boolean THEN coalesce(sent_at, clock_timestamp()) ELSE sent_at END,
             finished_at = CASE WHEN ${isClosed}::boolean THEN clock_timestamp() ELSE finished_at END
       WHERE id = ${attempt.id}::bigint AND run_id = (SELECT id FROM mine) AND state = ${attempt.state}
      RETURNING *
    ), progress AS (
      UPDATE runs SET crashes = CASE WHEN ${to.to === 'done'}::boolean THEN 0 ELSE crashes END, unwritable_since = NULL
       WHERE id = (SELECT run_id FROM moved)
         AND (unwritable_since IS NOT NULL OR ${to.to === 'done'}::boolean AND crashes > 0)
    )${appendLeaf(leaf, sql`moved`)}${tell(surfaces, told)}
    SELECT * FROM moved`)
  const row = rows[0]
  if (row === undefined) throw await explainMove(db, lease, attempt, to)
  if (told !== undefined) {
    notifyLater(db, [
      ['outbox', ''],
      ['incident', told.entry.incidentId],
    ])
  }
  return toAttempt(row)
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

/** What is told stands exactly when the move does. */
function tell(surfaces: readonly SurfaceName[], told: Told | undefined): SQL {
  if (told === undefined) return sql``
  const { entry, card } = told
  const about = { incidentId: entry.incidentId, priority: card }
  return sql`, entry AS (${appendEntry(entry, sql`moved`)}), card AS (${appendCard(surfaces, about, sql`moved`)})`
}

/** The leaf stands exactly when the row it tells of does. */
function appendLeaf(leaf: SealedLeaf | null, source: SQL): SQL {
  if (leaf === null) return sql``
  return sql`, leaf AS (
    INSERT INTO audit_leaves (entry_id, event, incident_id, bytes, leaf_hash)
    SELECT ${leaf.entryId}, ${leaf.event}, ${leaf.incidentId}, ${Buffer.from(leaf.bytes)}::bytea, ${leaf.leafHash}
      FROM ${source}
  )`
}

function asJson(value: JsonObject | null): SQL {
  return value === null ? sql`NULL::jsonb` : sql`${JSON.stringify(storableJson(value))}::jsonb`
}

/** A field that the move does not name stays as it is. */
function keepOr(column: 'handle' | 'output' | 'after', value: JsonObject | null | undefined): SQL {
  return value === undefined ? sql.raw(`attempts.${column}`) : asJson(value)
}
