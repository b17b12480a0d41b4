import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { keepLease } from '../../../src/orchestrator/heartbeat.ts'
import { FencedError } from '../../../src/kernel/errors.ts'
import { momentOf } from '../../../src/kernel/moment.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { QUICK, advance, find, ledgerLines, openWorld } from './world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { approveOne, claimed, expire } from './lease-steps.ts'
import type { World } from './world.ts'

let world: World
let owner: Client
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(() => world.closeReplicas())
afterAll(async () => {
  await owner.end()
  await world.close()
})

const IDLE = new AbortController().signal

describe('of three who claim the same run', () => {
  it('one gets it, every time', async () => {
    const replica = await world.replica()
    for (let round = 0; round < 20; round += 1) {
      const run = await approveOne(replica)

      const claims = await Promise.all(
        ['one', 'two', 'three'].map((name) => replica.deps.stores.runs.claim(run.id, name, 60_000)),
      )

      expect(claims.filter((lease) => lease !== undefined)).toHaveLength(1)
    }
  })

  it('two do nothing, and the effect happens once, however often the same job comes', async () => {
    const replicas = [await world.replica(), await world.replica(), await world.replica()]
    const run = await approveOne(replicas[0]!)

    await Promise.all([...replicas, ...replicas].map(({ deps }) => advanceRun(deps, { runId: run.id }, IDLE)))

    expect((await find(replicas[0]!, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(1)
  })
})

describe('a replica that was overtaken', () => {
  it('can write nothing any more', async () => {
    const { deps } = await world.replica()
    const { id } = await approveOne({ deps, close: () => Promise.resolve() })
    const old = await claimed({ deps, close: () => Promise.resolve() }, id)
    await expire(owner, id)
    const young = await deps.stores.runs.claim(id, 'young', 60_000)
    expect(young?.fence).toBe(old.fence + 1)
    expect(young?.crashes).toBe(1)

    const { leasedRuns, ledger } = deps.stores
    await expect(leasedRuns.heartbeat(old, 1_000)).rejects.toThrow(FencedError)
    await expect(leasedRuns.lockTargets(old, ['key'])).rejects.toThrow(FencedError)
    await expect(leasedRuns.move(old, ['queued'], 'running', null)).rejects.toThrow(FencedError)
    await expect(leasedRuns.release(old)).rejects.toThrow(FencedError)
    await leasedRuns.move(young!, ['queued'], 'running', null)
    await expect(ledger.intend(old, ATTEMPT, null)).rejects.toThrow(FencedError)
    const attempt = await ledger.intend(young!, ATTEMPT, null)
    await expect(ledger.move(old, attempt, { to: 'sent', detail: 'sent' }, null)).rejects.toThrow(FencedError)
  })
})

describe('the ledger', () => {
  it('has one open attempt a run, and moves each only from the state it is in', async () => {
    const replica = await world.replica()
    const { ledger, leasedRuns } = replica.deps.stores
    const run = await approveOne(replica)
    const lease = await claimed(replica, run.id)
    await leasedRuns.move(lease, ['queued'], 'running', null)
    const attempt = await ledger.intend(lease, ATTEMPT, null)

    await expect(ledger.intend(lease, { ...ATTEMPT, number: 2 }, null)).rejects.toMatchObject({ code: 'attempt_open' })
    const done = await ledger.move(
      lease,
      attempt,
      { to: 'done', detail: 'did\u0000it', output: { text: '\ud800' } },
      null,
    )
    expect(done).toMatchObject({ state: 'done', detail: 'did\ufffdit', output: { text: '\ufffd' } })
    await expect(ledger.move(lease, attempt, { to: 'sent', detail: 'sent' }, null)).rejects.toMatchObject({
      code: 'attempt_moved',
    })
  })

  it('writes no intent when its leaf cannot be written', async () => {
    const replica = await world.replica()
    const run = await approveOne(replica)
    await owner.query('REVOKE INSERT ON audit_leaves FROM PUBLIC')
    const user = new URL(world.database.url).username
    await owner.query(`REVOKE INSERT (entry_id, event, incident_id, bytes, leaf_hash) ON audit_leaves FROM "${user}"`)
    try {
      // Given back, and no crash: nothing is wrong with the run.
      await advanceRun(replica.deps, { runId: run.id }, IDLE)

      expect(await find(replica, run.id)).toMatchObject({
        leaseOwner: null,
        detail: expect.stringMatching(/cannot be put on record/),
      })
      const { rows } = await owner.query<{ crashes: number }>('SELECT crashes FROM runs WHERE id = $1', [run.id])
      expect(rows).toEqual([{ crashes: 0 }])
      expect(await ledgerLines(replica, run.id)).toEqual([])
      expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(0)
    } finally {
      await owner.query(`GRANT INSERT (entry_id, event, incident_id, bytes, leaf_hash) ON audit_leaves TO "${user}"`)
    }
    await expire(owner, run.id)
    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })
})

describe('one target', () => {
  it('belongs to one run at a time, all keys or none', async () => {
    const replica = await world.replica()
    const first = await claimed(replica, (await approveOne(replica)).id)
    const second = await claimed(replica, (await approveOne(replica)).id)
    const { leasedRuns } = replica.deps.stores

    expect(await leasedRuns.lockTargets(first, ['t1', 't2'])).toBeUndefined()
    expect(await leasedRuns.lockTargets(second, ['t3', 't2'])).toBe('t2')
    expect(await leasedRuns.lockTargets(first, ['t3'])).toBeUndefined()
    await leasedRuns.move(first, ['queued'], 'stopped', 'over')
    expect(await leasedRuns.lockTargets(second, ['t3', 't2'])).toBeUndefined()
  })

  it('goes to one of many who ask at the same moment', async () => {
    const replica = await world.replica()
    const runs = await Promise.all(Array.from({ length: 5 }, () => approveOne(replica)))
    const leases = await Promise.all(runs.map((run) => claimed(replica, run.id)))

    const answers = await Promise.all(leases.map((lease) => replica.deps.stores.leasedRuns.lockTargets(lease, ['one'])))

    expect(answers.filter((taken) => taken === undefined)).toHaveLength(1)
  })
})

describe('a lease', () => {
  it('is kept while its holder lives', async () => {
    const replica = await world.replica()
    const claimedAt = momentOf(replica.deps.clock)
    const lease = await claimed(replica, (await approveOne(replica)).id, 6_000)
    const held = keepLease(replica.deps, lease, claimedAt)
    const until = (await find(replica, lease.run.id)).leaseUntil!

    await waitUntil('it is renewed', async () => (await find(replica, lease.run.id)).leaseUntil! > until)
    expect(() => held.assertHeld()).not.toThrow()
    held.stop()
  })

  it.each([
    ['the machine slept, by its wall clock', { wallMs: 90_000, monotonicMs: 0 }],
    ['the process stood still, by the monotonic clock', { wallMs: 0, monotonicMs: 90_000 }],
  ])('counts as lost when %s', async (_why, jump) => {
    const replica = await world.replica()
    let isLate = false
    const clock = {
      now: () => new Date(Date.now() + (isLate ? jump.wallMs : 0)),
      monotonicMs: () => performance.now() + (isLate ? jump.monotonicMs : 0),
    }
    const lease = await claimed(replica, (await approveOne(replica)).id)
    const held = keepLease({ ...replica.deps, clock }, lease, momentOf(clock))
    expect(() => held.assertHeld()).not.toThrow()

    isLate = true

    expect(() => held.assertHeld()).toThrow(FencedError)
    expect(held.signal.aborted).toBe(true)
  })

  it('is lost at once when another replica has the run', async () => {
    const replica = await world.replica()
    const run = await approveOne(replica)
    const claimedAt = momentOf(replica.deps.clock)
    const held = keepLease(replica.deps, await claimed(replica, run.id, 300), claimedAt)
    await owner.query('UPDATE runs SET fence = fence + 1 WHERE id = $1', [run.id])

    await waitUntil('it is lost', () => held.signal.aborted)

    expect(() => held.assertHeld()).toThrow(FencedError)
  })
})

describe('a database that goes away again and again', () => {
  it('does not make a waiting run a poison one, and the run ends when it is back', async () => {
    const replica = await world.replica()
    world.target.checks.set('outage', 'undecided')
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'move', uses: 'argocd/sync', resource: 'outage', with: { to: 'r1' } },
      { id: 'healthy', uses: 'prometheus/assert', resource: 'outage' },
    ])
    let isOver = false
    const hinting = keepHinting(replica, run.id, () => isOver)
    try {
      for (let outage = 0; outage < 4; outage += 1) {
        await waitUntil('it is held', async () => isHeldWaiting(await stateOf(run.id)))
        // An idle connection is replaced unnoticed, and a new one that is ended each time never comes to its statement.
        await waitUntil('a connection was hit in the middle of a statement', async () => {
          await owner.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle'`,
            [replica.deps.settings.replicaId],
          )
          return !isHeldWaiting(await stateOf(run.id))
        })
      }
      world.target.checks.set('outage', 'holds')
      await waitUntil('it has succeeded', async () => (await stateOf(run.id)).state === 'succeeded')
    } finally {
      isOver = true
      await hinting
    }

    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
  })

  async function keepHinting(replica: Replica, runId: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await advanceRun(replica.deps, { runId }, IDLE, { pace: QUICK }).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function stateOf(runId: string) {
    const { rows } = await owner.query<{ state: string; lease_owner: string | null; crashes: number }>(
      'SELECT state, lease_owner, crashes FROM runs WHERE id = $1',
      [runId],
    )
    expect(rows[0]?.crashes).toBeLessThan(3)
    return rows[0]!
  }

  function isHeldWaiting(run: { readonly state: string; readonly lease_owner: string | null }): boolean {
    return run.state === 'waiting' && run.lease_owner !== null
  }
})

describe('a replica that shuts down', () => {
  it('gives its run back at the next safe place, and another one finishes it', async () => {
    const replica = await world.replica()
    world.target.checks.set('draining', 'undecided')
    const { run } = await approveRun(replica.deps.unitOfWork, [{ uses: 'prometheus/assert', resource: 'draining' }])
    const drain = new AbortController()
    const advancing = advanceRun(replica.deps, { runId: run.id }, drain.signal, { pace: QUICK })
    await waitUntil('it waits', async () => (await find(replica, run.id)).state === 'waiting')

    drain.abort()
    await advancing

    expect((await find(replica, run.id)).leaseOwner).toBeNull()
    world.target.checks.set('draining', 'holds')
    expect((await advance(await world.replica(), run.id)).state).toBe('succeeded')
  })
})

const ATTEMPT = {
  stepId: 'step-1',
  stepIndex: 0,
  direction: 'forward',
  effect: 'main',
  number: 1,
  uses: 'argocd/sync',
  crashClass: 'queryable',
  idempotencyKey: 'key',
  requestHash: 'hash',
  configuration: null,
  before: null,
  timeoutMs: 60_000,
} as const
