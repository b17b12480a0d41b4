import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { pickFrom } from '../../test/support/random.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Half of the kills fall where an intent stands without an outcome, a quarter at other named places, the rest at any time. */
const BETWEEN = ['after-intent', 'before-send', 'before-record', 'before-poll', 'before-reconcile'] as const
const ELSEWHERE = ['before-intent', 'after-record', 'before-end'] as const
const ORDER_MS = 1_500

export interface KillCounts {
  total: number
  /** Its replica held a run with an open attempt: an intent was durable and its outcome was not. */
  between: number
  readonly byPlace: Map<string, number>
}

export interface KillPlan {
  readonly pool: WorkerPool
  readonly owner: Client
  readonly random: () => number
  readonly kills: number
  readonly onKill: (counts: KillCounts) => void
}

export async function killWorkers({ pool, owner, random, kills, onKill }: KillPlan): Promise<KillCounts> {
  const counts: KillCounts = { total: 0, between: 0, byPlace: new Map() }
  while (counts.total < kills) {
    await delay(50 + random() * 150)
    const { ready } = pool
    if (ready.length === 0) continue
    const worker = pickFrom(random, ready)
    const place = choosePlace(random)
    const died = place !== 'any time' && (await pool.dieAt(worker, place, ORDER_MS))
    if (!died) await pool.kill(worker)
    const where = died ? place : 'any time'
    counts.total += 1
    counts.byPlace.set(where, (counts.byPlace.get(where) ?? 0) + 1)
    if (await diedBetween(owner, worker.replicaId)) counts.between += 1
    onKill(counts)
  }
  return counts
}

function choosePlace(random: () => number): string {
  const dice = random()
  if (dice < 0.5) return pickFrom(random, BETWEEN)
  return dice < 0.75 ? pickFrom(random, ELSEWHERE) : 'any time'
}

/** Asked of the database before the dead replica's lease has run out, so nobody has touched its runs. */
async function diedBetween(owner: Client, replicaId: string): Promise<boolean> {
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs r JOIN attempts a ON a.run_id = r.id
      WHERE r.lease_owner = $1 AND a.state IN ('intended', 'sent', 'unknown') AND a.uses <> 'prometheus/assert'`,
    [replicaId],
  )
  return (rows[0]?.count ?? 0) > 0
}
