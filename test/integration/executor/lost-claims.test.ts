import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { Run } from '../../../src/domain/run.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { RunClaims } from '../../../src/orchestrator/run-claims.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { approveOne, expire } from './lease-steps.ts'
import { QUICK, find, openWorld } from './world.ts'
import type { World } from './world.ts'

/** A run is claimed, the database commits that, and whoever asked is never told: the connection is cut before. */
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
const cut = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

interface Network {
  /** How many answers to claims are lost from now on, and how many claims never arrive. */
  lost: number
  unsent: number
  /** While it is away nothing that gives back arrives. */
  isAway: boolean
  hints: number
}

async function openBehind(): Promise<{ readonly replica: Replica; readonly network: Network }> {
  const network: Network = { lost: 0, unsent: 0, isAway: false, hints: 0 }
  const stores = (own: Stores): Stores => ({
    ...own,
    runs: {
      ...own.runs,
      claim: async (id, holder, leaseMs) => {
        if (network.unsent > 0) {
          network.unsent -= 1
          throw cut()
        }
        const lease = await own.runs.claim(id, holder, leaseMs)
        if (network.lost === 0) return lease
        network.lost -= 1
        throw cut()
      },
      findHeldBy: async (id, holder) => {
        if (network.isAway) throw cut()
        return own.runs.findHeldBy(id, holder)
      },
    },
  })
  const queueOf = () => ({
    enqueue: async () => {
      network.hints += 1
    },
  })
  return { replica: await world.replica({ stores, queueOf }), network }
}

const effects = (run: Run): number => world.target.countOf(`${run.id}:step-1:main`)
async function rowOf({ id }: Run) {
  const { rows } = await owner.query<{ crashes: number; lease_owner: string | null; state: string }>(
    'SELECT crashes, lease_owner, state FROM runs WHERE id = $1',
    [id],
  )
  return rows[0]!
}
/** What is given back is due in half a second; by the clock of the database it is now. */
async function makeDue({ id }: Run): Promise<void> {
  await owner.query(`UPDATE runs SET lease_until = clock_timestamp() WHERE id = $1 AND lease_owner IS NULL`, [id])
}

describe('a claim whose answer is lost', () => {
  it('is given back at once and counts as no crash, however often in a row, and the run goes on', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    const claims = new RunClaims()
    network.lost = 5
    for (let time = 0; time < 5; time += 1) {
      await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims })
      expect(await rowOf(run)).toMatchObject({ crashes: 0, lease_owner: null })
      await makeDue(run)
    }
    expect(network.hints).toBe(5)

    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims })

    expect((await find(replica, run.id)).state).toBe('succeeded')
    expect(effects(run)).toBe(1)
  })

  it('sets the run aside after three of them where nobody gives them back (the twin)', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    network.lost = 3
    for (let time = 0; time < 3; time += 1) {
      await expect(advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK })).rejects.toThrow('ECONNRESET')
      await expire(owner, run.id)
    }

    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK })

    expect(await rowOf(run)).toMatchObject({ crashes: 3, state: 'unknown' })
    expect(effects(run)).toBe(0)
  })

  it('is given back, also after its lease ran out, by the next claim where the database was away meanwhile', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    const claims = new RunClaims()
    network.lost = 1
    network.isAway = true
    const stop = new AbortController()
    const advancing = advanceRun(replica.deps, { runId: run.id }, stop.signal, { pace: QUICK, claims })
    await waitUntil('the claim', async () => (await rowOf(run)).lease_owner !== null && network.lost === 0)
    stop.abort()
    await expect(advancing).rejects.toThrow('ECONNRESET')
    await expire(owner, run.id)
    network.isAway = false

    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims })
    await makeDue(run)
    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims })

    expect(await rowOf(run)).toMatchObject({ crashes: 0, state: 'succeeded' })
    expect(effects(run)).toBe(1)
  })

  it('of a run that asks its target is given back without waiting for a person', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    await owner.query(`UPDATE runs SET state = 'unknown', lease_owner = 'gone', lease_until = now() WHERE id = $1`, [
      run.id,
    ])
    network.lost = 1

    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims: new RunClaims() })

    const { lease_owner: holder } = await rowOf(run)
    expect(holder).not.toBeNull()
    await expire(owner, run.id)
    const next = await replica.deps.stores.runs.claim(run.id, 'another', 60_000)
    // The one that was gone before counts.
    expect(next?.crashes).toBe(1)
  })
})

describe('what counts as a crash all the same', () => {
  it('a process that ends before it was told', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    network.lost = 1
    await expect(advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK })).rejects.toThrow('ECONNRESET')
    await expire(owner, run.id)

    // Whoever comes after it remembers nothing, even under the same name.
    const next = await replica.deps.stores.runs.claim(run.id, replica.deps.settings.replicaId, 60_000)

    expect(next?.crashes).toBe(1)
  })

  it('a claim that was held and broke off, also where a later one was lost on its way there', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    const claims = new RunClaims()
    const debugPoint = () => {
      throw new Error('nobody foresaw this')
    }
    await expect(
      advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims, debugPoint }),
    ).rejects.toThrow('nobody foresaw this')
    network.unsent = 1
    await advanceRun(replica.deps, { runId: run.id }, IDLE, { pace: QUICK, claims })
    expect((await rowOf(run)).lease_owner).toBe(replica.deps.settings.replicaId)
    await expire(owner, run.id)

    const next = await replica.deps.stores.runs.claim(run.id, 'another', 60_000)

    expect(next?.crashes).toBe(1)
  })

  it('nothing of what another job of this process holds is given back', async () => {
    const { replica, network } = await openBehind()
    const run = await approveOne(replica)
    const claims = new RunClaims()
    const held = await claims.claim(replica.deps, run.id, IDLE)
    expect(held).toBeDefined()
    network.lost = 1

    expect(await claims.claim(replica.deps, run.id, IDLE)).toBeUndefined()

    await replica.deps.stores.leasedRuns.heartbeat(held!, 60_000)
    expect(await rowOf(run)).toMatchObject({ lease_owner: replica.deps.settings.replicaId, crashes: 0 })
    expect(await replica.deps.stores.runs.claim(run.id, 'another', 60_000)).toBeUndefined()
  })
})

it('a claim that is under way is waited for, and what is given back late changes nothing of a later one', async () => {
  const { replica } = await openBehind()
  const { runs, leasedRuns } = replica.deps.stores
  const run = await approveOne(replica)
  const { replicaId } = replica.deps.settings
  const slow = new Client({ connectionString: world.database.ownerUrl })
  await slow.connect()
  await slow.query('BEGIN')
  await slow.query(
    `UPDATE runs SET lease_owner = $2, lease_until = clock_timestamp() + interval '1 minute', fence = fence + 1 WHERE id = $1`,
    [run.id, replicaId],
  )
  const asked = runs.findHeldBy(run.id, replicaId)
  await waitUntil('it waits for the row', async () => {
    const { rows } = await owner.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'FOR UPDATE'`,
    )
    return rows.length > 0
  })
  await slow.query('COMMIT')
  await slow.end()
  const found = await asked
  expect(found).toMatchObject({ fence: 1 })

  await expire(owner, run.id)
  await runs.claim(run.id, replicaId, 60_000)
  await expect(leasedRuns.lapse(found!, 0, false)).rejects.toMatchObject({ code: 'fenced' })
  expect((await rowOf(run)).lease_owner).toBe(replicaId)
})
