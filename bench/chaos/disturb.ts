import { setTimeout as delay } from 'node:timers/promises'
import { pickFrom } from '../../test/support/random.ts'
import type { FaultProxy } from '../../test/support/fault-proxy/fault-proxy.ts'
import type { ChaosDatabase, Owner } from './chaos-database.ts'
import { TIMES } from './chaos-config.ts'
import type { WorkerPool } from './worker-pool.ts'

const CUT_EVERY_MS = 5_000

export interface Disturbances {
  cuts: number
  pauses: number
  /** From the kill of the primary until a step of after it had its outcome on record; null without one. */
  resumedAfterMs: number | null
}

export interface DisturbPlan {
  readonly pool: WorkerPool
  readonly database: ChaosDatabase
  readonly random: () => number
  readonly pauses: number
  readonly failsOver: boolean
  /** The primary dies when this is true. */
  readonly isHalf: () => boolean
  readonly isOver: () => boolean
  readonly print: (line: string) => void
}

/** Connections to Postgres are cut every five seconds, replicas sleep longer than their lease, and the primary dies once. */
export async function disturb(plan: DisturbPlan): Promise<Disturbances> {
  const done: Disturbances = { cuts: 0, pauses: 0, resumedAfterMs: null }
  await Promise.all([cutConnections(plan, done), pauseWorkers(plan, done), killPrimary(plan, done)])
  return done
}

async function cutConnections({ database, isOver }: DisturbPlan, done: Disturbances): Promise<void> {
  for (let sinceMs = 0; !isOver(); sinceMs += 250) {
    await delay(250)
    if (sinceMs % CUT_EVERY_MS !== 0) continue
    database.disturbed.dropAll()
    done.cuts += 1
  }
}

async function pauseWorkers({ pool, random, pauses, isOver }: DisturbPlan, done: Disturbances): Promise<void> {
  while (done.pauses < pauses || !isOver()) {
    await delay(500 + random() * 2_000)
    const { ready } = pool
    if (ready.length === 0) continue
    await pool.pause(pickFrom(random, ready), TIMES.leaseMs * (1.2 + random()))
    done.pauses += 1
  }
}

async function killPrimary(plan: DisturbPlan, done: Disturbances): Promise<void> {
  const { database, failsOver, isHalf, print } = plan
  if (!failsOver) return
  while (!isHalf()) await delay(100)
  print('kill -9 of the primary')
  const since = performance.now()
  await database.failOver()
  const [{ now } = { now: '' }] = await database.owner.rows<{ now: string }>('SELECT clock_timestamp()::text AS now')
  while (!(await hasProgress(database.owner, now))) await delay(50)
  done.resumedAfterMs = performance.now() - since
  print(`the standby is the primary, and work goes on after ${(done.resumedAfterMs / 1000).toFixed(1)} s`)
}

async function hasProgress(owner: Owner, since: string): Promise<boolean> {
  const rows = await owner.rows(`SELECT FROM attempts WHERE state = 'done' AND intended_at > $1::timestamptz LIMIT 1`, [
    since,
  ])
  return rows.length > 0
}

/** What the network does to requests, beside what the target itself does. */
export function spoilTarget(proxy: FaultProxy): void {
  proxy.inject({ kind: 'cut-before-reply', share: 0.01 })
  proxy.inject({ kind: 'cut-before-request', share: 0.01 })
  proxy.inject({ kind: 'cut-after-reply', share: 0.02 })
  proxy.inject({ kind: 'reset', share: 0.01 })
  proxy.inject({ kind: 'half-open', share: 0.003 })
  proxy.inject({ kind: 'drip', bytes: 40, everyMs: 2, share: 0.02 })
  proxy.inject({ kind: 'latency', ms: 5, jitterMs: 40, share: 0.2 })
}
