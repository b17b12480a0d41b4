import type { Client } from 'pg'
import type { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import type { KillCounts } from './kill-workers.ts'
import type { Asked } from './settle-unknown.ts'

export interface Verdict {
  readonly runs: number
  readonly steps: number
  readonly requests: number
  readonly effects: number
  readonly lostAnswers: number
  readonly kills: KillCounts
  readonly doubles: readonly string[]
  /** Steps of succeeded runs whose effect never happened. */
  readonly lost: readonly string[]
  readonly notEnded: readonly string[]
  readonly notSucceeded: readonly string[]
  /** Steps shown to a person, by crash class. */
  readonly asked: Asked
  /** Effects without an intent on the audit log, or without an outcome. */
  readonly unaudited: readonly string[]
  readonly reconciled: number
}

export interface Evidence {
  readonly owner: Client
  readonly target: CountingTarget
  /** The key of every approved effect. */
  readonly keys: readonly string[]
  readonly counts: KillCounts
  readonly asked: Asked
  readonly lostAnswers: number
}

/** Compares what the target saw with what the ledger and the audit log say. The target alone knows what happened. */
export async function judge({ owner, target, keys, counts, asked, lostAnswers }: Evidence): Promise<Verdict> {
  const own = new Set(keys)
  const runIds = [...new Set(keys.map((key) => key.split(':')[0] ?? ''))]
  const states = await owner.query<{ id: string; state: string }>('SELECT id, state FROM runs WHERE id = ANY ($1)', [
    runIds,
  ])
  const ended = ['succeeded', 'failed', 'undone', 'stopped']
  const isUnsuccessful = new Set(states.rows.filter(({ state }) => state !== 'succeeded').map(({ id }) => id))
  const audited = await readAudited(owner)
  return {
    runs: runIds.length,
    steps: keys.length,
    requests: target.requestCount(),
    effects: target.effects.length,
    lostAnswers,
    kills: counts,
    doubles: target.doubles(),
    lost: keys.filter((key) => target.countOf(key) === 0 && !isUnsuccessful.has(key.split(':')[0] ?? '')),
    notEnded: states.rows.filter(({ state }) => !ended.includes(state)).map(({ id, state }) => `${id} ${state}`),
    notSucceeded: states.rows.filter(({ state }) => state !== 'succeeded').map(({ id, state }) => `${id} ${state}`),
    asked,
    unaudited: target.effects
      .map(({ key }) => key)
      .filter((key) => !own.has(key) || !audited.intended.has(key) || !audited.closed.has(key)),
    reconciled: await countReconciled(owner, runIds),
  }
}

async function readAudited(owner: Client): Promise<{ intended: Set<string>; closed: Set<string> }> {
  const { rows } = await owner.query<{ event: string; key: string }>(
    `SELECT event, convert_from(bytes, 'UTF8')::jsonb #>> '{execution,idempotencyKey}' AS key
       FROM audit_leaves WHERE event LIKE 'step.%'`,
  )
  const settled = await owner.query<{ key: string }>(
    `SELECT DISTINCT idempotency_key AS key FROM attempts WHERE state = 'done'`,
  )
  return {
    intended: new Set(rows.filter(({ event }) => event === 'step.intended').map(({ key }) => key)),
    closed: new Set(settled.rows.map(({ key }) => key)),
  }
}

async function countReconciled(owner: Client, runIds: readonly string[]): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM audit_leaves
      WHERE event = 'step.unknown' AND convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = ANY ($1)`,
    [runIds],
  )
  return rows[0]?.count ?? 0
}
