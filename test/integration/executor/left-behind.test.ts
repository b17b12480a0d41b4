import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { sweepRuns } from '../../../src/orchestrator/sweep-runs.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import type { JobName } from '../../../src/ports/job-queue.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { ANA } from '../../fakes/counting-target/approved-run.ts'
import { advance, openWorld } from './world.ts'
import { approveOne, claimed, expire } from './lease-steps.ts'
import type { World } from './world.ts'
import { openTestStores } from '../store/open-test-stores.ts'

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

describe('what was left behind', () => {
  it('is found by the sweep and hinted at again', async () => {
    const hints: [JobName, JsonObject][] = []
    const replica = await world.replica({
      queueOf: () => ({
        enqueue: (name, data) => {
          hints.push([name, data])
          return Promise.resolve()
        },
      }),
    })
    const run = await approveOne(replica)
    await claimed(replica, run.id)
    await sweepRuns(replica.deps)
    expect(hints).not.toContainEqual(['run.advance', { runId: run.id }])
    await expire(owner, run.id)

    await sweepRuns(replica.deps)

    expect(hints).toContainEqual(['run.advance', { runId: run.id }])
  })

  it.each([
    ['cut off while it asked the target, is asked about again and has not crashed', 'lapse', { crashes: 0 }],
    ['released, waits for a person (the twin)', 'release', undefined],
  ] as const)('when unknown and %s', async (_how, way, expected) => {
    const replica = await world.replica()
    const run = await approveOne(replica)
    const lease = await claimed(replica, run.id)
    const { leasedRuns, runs } = replica.deps.stores
    await leasedRuns.move(lease, ['queued'], 'running', null)
    await leasedRuns.move(lease, ['running'], 'unknown', 'no answer')

    await leasedRuns[way](lease, 0, false)
    // The answer was lost, so it is said again.
    await leasedRuns[way](lease, 0, false)

    const next = await runs.claim(run.id, 'another', 5_000)
    expect(next === undefined ? undefined : { crashes: next.crashes }).toEqual(expected)
  })

  it('is not hinted at again while a hint that is due waits for its turn, and is where the hint is for later', async () => {
    const engine = await openTestStores(world.database.url)
    const replica = await world.replica()
    const [due, later] = [await approveOne(replica), await approveOne(replica)]
    const hint = (runId: string, startAfterMs: number) =>
      engine.stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId, startAfterMs })
    const abandoned = () => replica.deps.stores.runSweep.listAbandoned(1_000)
    expect(await abandoned()).toEqual(expect.arrayContaining([due.id, later.id]))

    await hint(due.id, 0)
    await hint(later.id, 3_600_000)

    const found = await abandoned()
    await engine.close()
    expect(found).not.toContain(due.id)
    expect(found).toContain(later.id)
  })
})

describe('a run that takes its replicas down with it', () => {
  it('is set aside for a person after the third time, and goes on when an approver says so', async () => {
    const replica = await world.replica()
    const run = await approveOne(replica)
    for (let crash = 0; crash < 3; crash += 1) {
      await claimed(replica, run.id)
      await expire(owner, run.id)
    }

    const parked = await advance(replica, run.id)

    expect(parked).toMatchObject({ state: 'unknown', leaseOwner: null })
    expect(parked.detail).toContain('set aside')
    expect(await replica.deps.stores.runSweep.listAbandoned(1_000)).not.toContain(run.id)
    const say = { runId: run.id, stepId: null, reason: 'mended', person: ANA, origin: 'console' } as const
    await expect(settleStep(replica.deps, { ...say, choice: 'done' })).rejects.toMatchObject({
      code: 'no_unknown_step',
    })
    await settleStep(replica.deps, { ...say, choice: 'retry' })
    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })

  it('ends when an approver aborts it', async () => {
    const replica = await world.replica()
    const run = await approveOne(replica)
    for (let crash = 0; crash < 3; crash += 1) {
      await claimed(replica, run.id)
      await expire(owner, run.id)
    }
    await advance(replica, run.id)

    await settleStep(replica.deps, {
      runId: run.id,
      stepId: null,
      choice: 'abort',
      reason: 'enough',
      person: ANA,
      origin: 'console',
    })

    expect((await advance(replica, run.id)).state).toBe('stopped')
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(0)
  })
})
