import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { advance, ledgerLines, openWorld } from './world.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { forkReplica } from './fork-replica.ts'
import { DEFAULT_PACE } from '../../../src/executor/executor-deps.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/** T35: `freeze all` on the command line, while three replicas send. Judged by the times of the database alone. */
const REPLICAS = 3
const STEPS = 400

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await query('UPDATE freezes SET lifted_at = clock_timestamp()')
  await world.closeReplicas()
})
afterAll(() => world.close())

async function query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const client = new Client({ connectionString: world.database.ownerUrl })
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

const sentOf = async (runIds: readonly string[]): Promise<number> =>
  (await query(`SELECT FROM attempts WHERE run_id = ANY ($1) AND sent_at IS NOT NULL`, [runIds])).length

let loads = 0
async function startUnderLoad(replica: Replica) {
  loads += 1
  const runIds: string[] = []
  const resources: string[] = []
  for (let index = 0; index < REPLICAS; index += 1) {
    const resource = `kill-${String(loads)}-${String(index)}`
    resources.push(resource)
    const steps = Array.from({ length: STEPS }, (_, step) => ({
      ...{ id: `s${String(step)}`, uses: 'pagerduty/note' as const, before: null, resource },
    }))
    const { run } = await approveRun(replica.deps.unitOfWork, steps)
    runIds.push(run.id)
  }
  // The first of three processes that start on a busy machine could be through before the last one begins.
  let begin = () => {}
  const until = new Promise<void>((resolve) => (begin = resolve))
  world.target.misbehave({ kind: 'held', until, times: Number.POSITIVE_INFINITY })
  const children = runIds.map((runId) =>
    forkReplica({
      ...{ databaseUrl: world.database.url, targetUrl: world.target.url, runId, leaseMs: 30_000 },
      ...{ at: null, signal: 'SIGKILL', isUnguarded: false },
    }),
  )
  await waitUntil('every replica has begun', () =>
    resources.every((resource) => world.target.requestCountOf(resource) > 0),
  )
  begin()
  await waitUntil(
    'every replica sends',
    async () => {
      const each = await Promise.all(runIds.map((runId) => sentOf([runId])))
      return each.every((count) => count > 2)
    },
    60_000,
  )
  return { runIds, children }
}

const pull = (replica: Replica) =>
  freezeService(replica.deps, { service: 'all', for: '1h', reason: 'stop', personId: null, origin: 'cli' })

describe('the kill switch under load', () => {
  it('lets no replica mark anything as sent more than five seconds after it', async () => {
    const replica = await world.replica()
    const { runIds, children } = await startUnderLoad(replica)

    const { freeze } = await pull(replica)
    await Promise.all(children.map((child) => child.exited))

    const [late] = await query<{ late: number; all: number }>(
      `SELECT count(*) FILTER (WHERE sent_at > $2::timestamptz + interval '5 seconds')::int AS late, count(*)::int AS all
         FROM attempts WHERE run_id = ANY ($1) AND sent_at IS NOT NULL`,
      [runIds, freeze.createdAt.toISOString()],
    )
    expect(late?.late).toBe(0)
    expect(late?.all).toBeLessThan(REPLICAS * STEPS)
    const states = await query<{ state: string }>(`SELECT state FROM runs WHERE id = ANY ($1)`, [runIds])
    expect(states.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped'])
  })

  it('is what stops them: without it the same runs go on to send', async () => {
    const replica = await world.replica()
    const { runIds, children } = await startUnderLoad(replica)

    const before = await sentOf(runIds)
    await waitUntil('they send on', async () => (await sentOf(runIds)) > before + 3 * REPLICAS, 60_000)
    for (const { pid } of children) process.kill(pid, 'SIGKILL')
    await Promise.all(children.map((child) => child.exited))
  })

  it.each(['after-intent', 'before-intent'])(
    'thrown at %s stops that very request: the intent is closed as never sent',
    async (point) => {
      const replica = await world.replica()
      const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'argocd/sync', resource: point }])

      const { state } = await advance(replica, run.id, {
        debugPoint: async (now) => {
          if (now === point) await pull(replica)
        },
      })

      expect(state).toBe('stopped')
      expect(world.target.countOf(`${run.id}:move:main`)).toBe(0)
      expect(await sentOf([run.id])).toBe(0)
    },
  )

  describe('thrown while a replica stands still between marking a request as sent and sending it', () => {
    /** It sleeps for longer than the switch promises, and its lease is a long one. */
    async function playSleeper(sendWithinMs: number, clockThatTells: 'monotonic' | 'wall') {
      const replica = await world.replica()
      sleepers += 1
      const resource = `sleeper-${String(sleepers)}`
      const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'argocd/sync', resource }])
      let sleptMs = 0
      const clock = {
        now: () => new Date(Date.now() + (clockThatTells === 'wall' ? sleptMs : 0)),
        monotonicMs: () => performance.now() + (clockThatTells === 'monotonic' ? sleptMs : 0),
      }
      const { state } = await advance({ ...replica, deps: { ...replica.deps, clock } }, run.id, {
        pace: { sendWithinMs },
        debugPoint: async (point) => {
          if (point !== 'before-send') return
          await pull(replica)
          sleptMs = 6_000
        },
      })
      return { state, effects: world.target.countOf(`${run.id}:move:main`), ledger: await ledgerLines(replica, run.id) }
    }
    let sleepers = 0

    it.each(['monotonic', 'wall'] as const)('stops it when it wakes up (by its %s clock)', async (clock) => {
      expect(await playSleeper(DEFAULT_PACE.sendWithinMs, clock)).toEqual({
        state: 'stopped',
        effects: 0,
        ledger: ['move main #1 failed'],
      })
    })

    it('does not where nobody looks how long that took (the twin)', async () => {
      expect(await playSleeper(Number.POSITIVE_INFINITY, 'monotonic')).toMatchObject({ effects: 1 })
    })
  })
})
