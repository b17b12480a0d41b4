import { setTimeout as delay } from 'node:timers/promises'
import { pickFrom } from '../../test/support/random.ts'
import { DEBUG_POINTS } from '../../src/executor/executor-deps.ts'
import type { Owner } from './chaos-database.ts'
import { CLASS_NAMES } from './chaos-work.ts'
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
  readonly owner: Owner
  readonly random: () => number
  readonly kills: number
  readonly killsBetween: number
  readonly eachPoint: number
  readonly isOver: () => boolean
  readonly onKill: (counts: KillCounts) => void
}

interface Place {
  readonly point: string
  /** Of steps whose name begins so; '' for any. */
  readonly step: string
}

/** Kills until there were enough and the time is over; with `eachPoint`, at every point for every class of target. */
export async function killWorkers(plan: KillPlan): Promise<KillCounts> {
  const counts: KillCounts = { total: 0, between: 0, byPlace: new Map() }
  const owed = placesOwed(plan.eachPoint)
  const isOwing = () => counts.total < plan.kills || counts.between < plan.killsBetween || owed.length > 0
  while (isOwing() || !plan.isOver()) {
    // When there were enough, seldom: a replica that is always starting carries out nothing.
    await delay((isOwing() ? 100 : 2_000) * (0.5 + plan.random()))
    if (plan.pool.ready.length === 0) continue
    const worker = pickFrom(plan.random, plan.pool.ready)
    const where = await killOne(plan, worker, owed)
    counts.total += 1
    counts.byPlace.set(where, (counts.byPlace.get(where) ?? 0) + 1)
    if (await diedBetween(plan.owner, worker.replicaId)) counts.between += 1
    plan.onKill(counts)
  }
  return counts
}

/** At one of the places that are owed, else at any; one that never comes by is killed where it is. */
async function killOne(
  { pool, random }: KillPlan,
  worker: WorkerPool['ready'][number],
  owed: Place[],
): Promise<string> {
  const place = owed.length > 0 ? pickFrom(random, owed) : choosePlace(random)
  if (place !== null && (await pool.dieAt(worker, { dieAt: place.point, step: place.step }, ORDER_MS))) {
    if (owed.includes(place)) owed.splice(owed.indexOf(place), 1)
    return `${place.point} ${place.step}`.trim()
  }
  await pool.kill(worker)
  return 'any time'
}

/** Only what the target accepts for later is polled: the queryable one. The end of a run is nobody's step. */
function placesOwed(times: number): Place[] {
  const classesOf = (point: string): readonly string[] => {
    if (point === 'before-end') return ['']
    return point === 'before-poll' ? ['queryable'] : CLASS_NAMES
  }
  const places = DEBUG_POINTS.flatMap((point) => classesOf(point).map((step): Place => ({ point, step })))
  return places.flatMap((place) => Array.from({ length: times }, (): Place => ({ ...place })))
}

function choosePlace(random: () => number): Place | null {
  const dice = random()
  if (dice < 0.5) return { point: pickFrom(random, BETWEEN), step: '' }
  return dice < 0.75 ? { point: pickFrom(random, ELSEWHERE), step: '' } : null
}

/** Asked of the database before the dead replica's lease has run out, so nobody has touched its runs. */
async function diedBetween(owner: Owner, replicaId: string): Promise<boolean> {
  const rows = await owner.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs r JOIN attempts a ON a.run_id = r.id
      WHERE r.lease_owner = $1 AND a.state IN ('intended', 'sent', 'unknown') AND a.uses <> 'prometheus/assert'`,
    [replicaId],
  )
  return (rows[0]?.count ?? 0) > 0
}
