import { setTimeout as delay } from 'node:timers/promises'
import { pickFrom } from '../../test/support/random.ts'
import { DEBUG_POINTS } from '../../src/executor/executor-deps.ts'
import type { ChaosOptions, Place } from './chaos-config.ts'
import type { Owner } from './chaos-database.ts'
import { CLASS_NAMES } from './chaos-work.ts'
import type { Worker, WorkerPool } from './worker-pool.ts'

/** Half of the kills fall where an intent stands without an outcome, a quarter at other named places, the rest at any time. */
const BETWEEN = ['after-intent', 'before-send', 'before-record', 'before-poll', 'before-reconcile'] as const
const ELSEWHERE = ['before-intent', 'after-record', 'before-end'] as const
const ORDER_MS = 1_500
/** With `eachPoint` a worker dies at the first of so many places; a seldom one waits at several workers at once. */
const PLACES_AT_ONCE = 6

export interface KillCounts {
  total: number
  /** Its replica held a run with an open attempt: an intent was durable and its outcome was not. */
  between: number
  readonly byPlace: Map<string, number>
  /** Places that were to be killed at more often, and how often. */
  owed: ReadonlyMap<string, number>
}

export interface KillPlan {
  readonly pool: WorkerPool
  readonly owner: Owner
  readonly random: () => number
  readonly options: Pick<ChaosOptions, 'kills' | 'killsBetween' | 'eachPoint' | 'withinMinutes' | 'replicas'>
  readonly isOver: () => boolean
  readonly onKill: (counts: KillCounts) => void
}

/** Kills until there were enough and the time is over; with `eachPoint`, at every point for every class of target. */
export async function killWorkers(plan: KillPlan): Promise<KillCounts> {
  const { options } = plan
  const counts: KillCounts = { total: 0, between: 0, byPlace: new Map(), owed: new Map() }
  const owed = options.eachPoint === 0 ? [] : placesOf().map((place) => ({ place, times: options.eachPoint }))
  const until = performance.now() + options.withinMinutes * 60_000
  const killers = Array.from({ length: owed.length === 0 ? 1 : options.replicas }, () =>
    killOn(plan, counts, owed, until),
  )
  await Promise.all(killers)
  return { ...counts, owed: new Map(owed.map(({ place, times }) => [nameOf(place), times])) }
}

interface Debt {
  readonly place: Place
  times: number
}

async function killOn(plan: KillPlan, counts: KillCounts, owed: Debt[], until: number): Promise<void> {
  const { pool, owner, random, options } = plan
  const isLate = () => performance.now() > until
  const isShort = () => counts.total < options.kills || counts.between < options.killsBetween
  const isOwing = () => isShort() || (owed.length > 0 && !isLate())
  while (isOwing() || !plan.isOver()) {
    // When there were enough, seldom: a replica that is always starting carries out nothing.
    await delay((isOwing() ? 100 : 2_000) * (0.5 + random()))
    const worker = pool.take(random)
    if (worker === undefined) continue
    const where = await killOne(plan, worker, isLate() ? [] : owed)
    if (where === null) continue
    counts.total += 1
    counts.byPlace.set(where, (counts.byPlace.get(where) ?? 0) + 1)
    if (await diedBetween(owner, worker.replicaId)) counts.between += 1
    plan.onKill(counts)
  }
}

/**
 * At one of the places that are owed, else at any. One that comes by none of the owed is left alive, since only replicas
 * that work come by the seldom ones; else it is killed where it is.
 */
async function killOne({ pool, random }: KillPlan, worker: Worker, owed: Debt[]): Promise<string | null> {
  const debts = owed.length > 0 ? some(random, owed) : []
  const place = owed.length > 0 ? null : choosePlace(random)
  const places = place === null ? debts.map((debt) => debt.place) : [place]
  const died = places.length === 0 ? null : await pool.dieAt(worker, places, ORDER_MS)
  if (died === null && debts.length > 0) {
    worker.isTaken = false
    return null
  }
  if (died === null) {
    await pool.kill(worker)
    return 'any time'
  }
  const debt = owed.find((one) => nameOf(one.place) === nameOf(died))
  if (debt !== undefined) debt.times -= 1
  if (debt?.times === 0) owed.splice(owed.indexOf(debt), 1)
  return nameOf(died)
}

function some(random: () => number, owed: readonly Debt[]): readonly Debt[] {
  return Array.from({ length: PLACES_AT_ONCE }, () => pickFrom(random, owed))
}

function nameOf({ point, step }: Place): string {
  return `${point} ${step}`.trim()
}

/** Only what the target accepts for later is polled: the queryable one. The end of a run is nobody's step. */
function placesOf(): readonly Place[] {
  const classesOf = (point: string): readonly string[] => {
    if (point === 'before-end') return ['']
    return point === 'before-poll' ? ['queryable'] : CLASS_NAMES
  }
  return DEBUG_POINTS.flatMap((point) => classesOf(point).map((step): Place => ({ point, step })))
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
