import { sql } from './drizzle.ts'
import { ENDED_RUN_STATES, RUN_MOVES } from '../domain/run.ts'
import type { Run, RunState } from '../domain/run.ts'
import { storableText } from '../kernel/clean-text.ts'
import { FencedError, StaleError } from '../kernel/errors.ts'
import type { LeasedRunStore, RunLease } from '../ports/run-store.ts'
import { SQL_STATE, sqlStateOf } from './sql-state.ts'
import type { Database } from './database.ts'
import { milliseconds } from './milliseconds.ts'
import { toRun } from './run-row.ts'
import type { RunRow } from './run-row.ts'

/**
 * Writes of the replica that holds a run. Each is `… WHERE fence = $mine`: a replica that was overtaken changes nothing
 * and learns it by FencedError. A run that ends gives back its lease and its targets and closes its proposal in the
 * same statement, so that no crash leaves a target locked by a run that is over.
 */
export function createLeasedRunStore(db: Database): LeasedRunStore {
  return {
    heartbeat: (lease, leaseMs) => heartbeat(db, lease, leaseMs),
    lockTargets: (lease, lockKeys) => lockTargets(db, lease, lockKeys),
    move: (lease, from, to, detail) => move(db, lease, from, to, detail),
    release: (lease, resumeAfterMs) => release(db, lease, resumeAfterMs ?? 0),
    setAside: (lease) => setAside(db, lease),
    lapse: (lease, resumeAfterMs, isUnwritable) => lapse(db, lease, resumeAfterMs, isUnwritable),
  }
}

/** A run that ended or was given back under the same fence is no loss: only its holder can have done that. */
async function heartbeat(db: Database, lease: RunLease, leaseMs: number): Promise<void> {
  const { rows } = await db.execute(sql`
    UPDATE runs
       SET lease_until = CASE WHEN lease_owner IS NULL THEN lease_until
                              ELSE clock_timestamp() + ${milliseconds(leaseMs)} END
     WHERE id = ${lease.run.id} AND fence = ${lease.fence}
    RETURNING id`)
  if (rows.length === 0) throw new FencedError(lease.run.id)
}

async function lockTargets(db: Database, lease: RunLease, lockKeys: readonly string[]): Promise<string | undefined> {
  if (lockKeys.length === 0) return undefined
  const keys = sql`ARRAY[${sql.join(
    [...new Set(lockKeys)].sort().map((key) => sql`${key}`),
    sql`, `,
  )}]::text[]`
  try {
    return await takeLocks(db, lease, keys)
  } catch (error) {
    // Two runs took the same key at the same moment; the index let one through, and the next look sees whose it is.
    if (sqlStateOf(error) !== SQL_STATE.uniqueViolation) throw error
    return takeLocks(db, lease, keys)
  }
}

/** All keys or none. */
async function takeLocks(db: Database, lease: RunLease, keys: ReturnType<typeof sql>): Promise<string | undefined> {
  const { rows } = await db.execute<{ mine: boolean; taken: string | null }>(sql`
    WITH mine AS (
      SELECT id FROM runs WHERE id = ${lease.run.id} AND fence = ${lease.fence} FOR UPDATE
    ), taken AS (
      SELECT lock_key FROM run_targets
       WHERE lock_key = ANY (${keys}) AND released_at IS NULL AND run_id <> ${lease.run.id}
       ORDER BY lock_key LIMIT 1
    ), locked AS (
      INSERT INTO run_targets (run_id, lock_key)
      SELECT mine.id, key FROM mine, unnest(${keys}) AS key WHERE NOT EXISTS (SELECT FROM taken)
      ON CONFLICT (run_id, lock_key) DO UPDATE SET released_at = NULL
      RETURNING lock_key
    )
    SELECT EXISTS (SELECT FROM mine) AS mine, (SELECT lock_key FROM taken) AS taken, (SELECT count(*) FROM locked) AS locked`)
  if (rows[0]?.mine !== true) throw new FencedError(lease.run.id)
  return rows[0].taken ?? undefined
}

async function move(
  db: Database,
  lease: RunLease,
  from: readonly RunState[],
  to: RunState,
  detail: string | null,
): Promise<Run> {
  const isEnd = ENDED_RUN_STATES.includes(to)
  // Callers name every state they can be in; the machine says which of them may go there.
  const legal = from.filter((state) => state === to || RUN_MOVES[state].includes(to))
  if (legal.length === 0) throw new TypeError(`A run cannot go from ${from.join(' or ')} to ${to}.`)
  const states = sql.join(
    legal.map((state) => sql`${state}`),
    sql`, `,
  )
  const { rows } = await db.execute<RunRow>(sql`
    WITH moved AS (
      UPDATE runs
         SET state = ${to},
             detail = ${detail === null ? null : storableText(detail)},
             finished_at = CASE WHEN ${isEnd}::boolean THEN clock_timestamp() ELSE NULL END,
             lease_owner = CASE WHEN ${isEnd}::boolean THEN NULL ELSE lease_owner END,
             lease_until = CASE WHEN ${isEnd}::boolean THEN NULL ELSE lease_until END
       WHERE id = ${lease.run.id} AND fence = ${lease.fence} AND state IN (${states})
      RETURNING *
    ), unlocked AS (
      UPDATE run_targets SET released_at = clock_timestamp()
       WHERE ${isEnd}::boolean AND run_id = (SELECT id FROM moved) AND released_at IS NULL
    ), closed AS (
      UPDATE proposals SET closed_at = clock_timestamp(), closed_reason = ${`${lease.run.id} ${to}`}
       WHERE ${isEnd}::boolean AND id = (SELECT proposal_id FROM moved) AND closed_at IS NULL
    )
    SELECT * FROM moved`)
  const row = rows[0]
  if (row !== undefined) return toRun(row)
  throw await explain(db, lease, from, to)
}

async function explain(db: Database, lease: RunLease, from: readonly RunState[], to: RunState): Promise<Error> {
  const { rows } = await db.execute<RunRow>(sql`SELECT * FROM runs WHERE id = ${lease.run.id}`)
  const now = rows[0]
  if (now === undefined || Number(now.fence) !== lease.fence) return new FencedError(lease.run.id)
  return new StaleError(
    'run_moved',
    `${lease.run.id} is ${now.state} and cannot become ${to}, which is possible from ${from.join(', ')}.`,
  )
}

async function release(db: Database, lease: RunLease, resumeAfterMs: number): Promise<void> {
  const { rows } = await db.execute(sql`
    UPDATE runs
       SET lease_owner = NULL,
           lease_until = CASE WHEN ${resumeAfterMs}::float8 > 0
                              THEN clock_timestamp() + ${milliseconds(resumeAfterMs)} END,
           unwritable_since = NULL
     WHERE id = ${lease.run.id} AND fence = ${lease.fence}
    RETURNING id`)
  if (rows.length === 0) throw new FencedError(lease.run.id)
}

/** It may wait for as long as a plan may: nothing else is to wait for what it would have acted on. */
async function setAside(db: Database, lease: RunLease): Promise<void> {
  const { rows } = await db.execute(sql`
    WITH held AS (
      UPDATE runs SET lease_owner = NULL, lease_until = NULL, unwritable_since = NULL
       WHERE id = ${lease.run.id} AND fence = ${lease.fence}
      RETURNING id, started_at
    ), unlocked AS (
      UPDATE run_targets SET released_at = clock_timestamp()
       WHERE run_id = (SELECT id FROM held WHERE started_at IS NULL) AND released_at IS NULL
    )
    SELECT id FROM held`)
  if (rows.length === 0) throw new FencedError(lease.run.id)
}

/**
 * An `unknown` run that nobody holds waits for a person; one whose holder was only cut off does not. It keeps its holder's
 * name, with a lease that runs out at once, and the claim that follows is no crash. Said twice, since the first answer was
 * lost, it is the same.
 */
async function lapse(db: Database, lease: RunLease, resumeAfterMs: number, isUnwritable: boolean): Promise<void> {
  const { rows } = await db.execute(sql`
    UPDATE runs
       SET lease_owner = CASE WHEN state = 'unknown' THEN lease_owner END,
           lease_until = clock_timestamp() + ${milliseconds(resumeAfterMs)},
           crashes = CASE WHEN state = 'unknown' THEN least(crashes, ${lease.crashes}::int - 1) ELSE crashes END,
           unwritable_since = CASE WHEN ${isUnwritable}::boolean THEN coalesce(unwritable_since, clock_timestamp()) END
     WHERE id = ${lease.run.id} AND fence = ${lease.fence} AND lease_owner IS NOT NULL
    RETURNING id`)
  if (rows.length === 0) throw new FencedError(lease.run.id)
}
