import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { find, advance, openWorld } from './world.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/** What the build before this one knew. */
const OLDER: AdvanceOptions = { knownActions: ['pagerduty/note', 'lambda/invoke', 'prometheus/assert'] }
const stepsOn = (resource: string, count: number): readonly StepSpec[] =>
  Array.from({ length: count }, (_step, index) => {
    const revisions = { with: { to: `r${String(index + 1)}` }, before: { revision: `r${String(index)}` } }
    return { uses: 'argocd/sync', resource, ...revisions }
  })
const unknownStep: StepSpec = { uses: 'argocd/teleport' as ActionName, resource: 'elsewhere', before: null }

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

describe('two builds side by side', () => {
  it('leave a run of the newer one to the newer one, untouched and without a crash', async () => {
    const [older, newer] = [await world.replica(), await world.replica()]
    const { run } = await approveRun(older.deps.unitOfWork, stepsOn('left', 1))

    for (let times = 0; times < 5; times += 1) await once(older, run.id, OLDER)

    const left = await find(older, run.id)
    expect(left).toMatchObject({ state: 'queued', startedAt: null, leaseOwner: null })
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(0)
    expect((await advance(newer, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(1)
  })

  it('fail the run where the older one goes on with what it does not know (the twin)', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, [unknownStep])

    const ended = await advance(replica, run.id, { knownActions: ['argocd/teleport'] })

    expect(ended.state).toBe('failed')
  })

  it.each([
    ['action', [unknownStep], {}],
    ['version of a plan', stepsOn('version', 1), { version: 2 as unknown as 1 }],
  ])('let a person stop a run with an unknown %s, which nobody can go on with', async (_what, steps, plan) => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, steps, { plan })
    await once(replica, run.id)
    expect((await find(replica, run.id)).state).toBe('queued')

    await stopRun(replica.deps, { runId: run.id, person: ANA, origin: 'console', reason: 'rolled back for good' })

    expect((await advance(replica, run.id)).state).toBe('stopped')
  })
})

describe('a rolling upgrade and its rollback', () => {
  it('hand a run from build to build between steps, across a migration: each effect once', async () => {
    const replicas = [await world.replica(), await world.replica(), await world.replica()]
    const [older] = replicas
    // The older build has prepared its statements before the tables change under them.
    const warm = await approveRun(older!.deps.unitOfWork, stepsOn('warm', 1))
    expect((await advance(older!, warm.run.id)).state).toBe('succeeded')
    const { run } = await approveRun(older!.deps.unitOfWork, stepsOn('rolled', 3))

    await drainedAfter(older!, run.id, 'step-1')
    await migrateOneAhead()
    await drainedAfter(replicas[1]!, run.id, 'step-2')
    const ended = await advance(older!, run.id)

    expect(ended.state).toBe('succeeded')
    expect(['step-1', 'step-2', 'step-3'].map((id) => world.target.countOf(`${run.id}:${id}:main`))).toEqual([1, 1, 1])
  })
})

async function once(replica: Replica, runId: string, options: AdvanceOptions = {}): Promise<void> {
  await advanceRun(replica.deps, { runId }, new AbortController().signal, { ...options, pace: { targetBusyMs: 0 } })
}

/** What a replica does that is asked to end: it gives the run back at the next safe point. */
async function drainedAfter(replica: Replica, runId: string, stepId: string): Promise<void> {
  const drain = new AbortController()
  await advanceRun(replica.deps, { runId }, drain.signal, {
    debugPoint: async (point, where) => {
      if (point === 'after-record' && where.stepId === stepId) drain.abort()
    },
  })
  expect(await find(replica, runId)).toMatchObject({ state: 'running', leaseOwner: null })
}

/** Columns that only a newer build knows. */
async function migrateOneAhead(): Promise<void> {
  const client = new Client({ connectionString: world.database.ownerUrl })
  await client.connect()
  for (const table of ['runs', 'proposals', 'attempts', 'decisions', 'outbox_messages', 'freezes', 'incidents']) {
    await client.query(`ALTER TABLE ${table} ADD COLUMN one_ahead text DEFAULT 'new'`)
  }
  await client.end()
}
