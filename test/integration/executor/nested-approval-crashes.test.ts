import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../support/wait-until.ts'
import { BEN } from '../../fakes/counting-target/approved-run.ts'
import { forkReplica } from './fork-replica.ts'
import type { ForkedReplica } from './fork-replica.ts'
import { advance, auditEvents, ledgerLines, openWorld } from './world.ts'
import type { World } from './world.ts'
import { askedOf, look, nestedRun, pressStep } from './nested-world.ts'

/** T27 for a run that waits for people: kill -9 loses neither the question nor an approval, and doubles nothing. */
let world: World
let forked: ForkedReplica[] = []
beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  for (const { pid } of forked) kill(pid)
  await Promise.all(forked.map((replica) => replica.exited))
  forked = []
  await world.closeReplicas()
})
afterAll(() => world.close())

/** It is to die where it is told to, and not to give up on a busy machine. */
const LEASE_MS = 60_000
const POINTS = ['before-intent', 'after-intent', 'before-record', 'after-record'] as const

describe('killed while it asks', () => {
  it.each(POINTS)('at %s: people are asked once, and their approval counts', async (point) => {
    const replica = await world.replica()
    const nested = await nestedRun(replica, (key) => world.target.countOf(key), { isFirst: true })
    await killAt(nested.run.id, point)

    await lookUntilAsked(replica, nested.run.id)
    const { hash } = await askedOf(replica, nested.run.id)
    await look(replica, nested.run.id)

    expect((await askedOf(replica, nested.run.id)).hash).toBe(hash)
    expect(await pressStep(replica, nested, BEN)).toBe('approved')
    expect((await advance(replica, nested.run.id)).state).toBe('succeeded')
    expect(nested.effects().after).toBe(1)
    const events = await auditEvents(world, nested.run.id)
    expect(events.filter((event) => event === 'approval.asked')).toHaveLength(1)
  })
})

describe('killed while it takes the approval', () => {
  it.each(['before-record', 'after-record', 'before-intent', 'after-intent'] as const)(
    'at %s: the approval stands, and the step after it happens once',
    async (point) => {
      const replica = await world.replica()
      const nested = await nestedRun(replica, (key) => world.target.countOf(key), { isFirst: true })
      await lookUntilAsked(replica, nested.run.id)
      await pressStep(replica, nested, BEN)
      await killAt(nested.run.id, point)

      expect((await advance(replica, nested.run.id)).state).toBe('succeeded')
      expect(nested.effects().after).toBe(1)
      expect((await ledgerLines(replica, nested.run.id))[0]).toBe('confirm main #1 done')
      const events = await auditEvents(world, nested.run.id)
      expect(events.filter((event) => event === 'decision.recorded')).toHaveLength(1)
    },
  )

  it('at before-end of a rejected step: it is still a rejection', async () => {
    const replica = await world.replica()
    const nested = await nestedRun(replica, (key) => world.target.countOf(key), { isFirst: true })
    await lookUntilAsked(replica, nested.run.id)
    await pressStep(replica, nested, BEN, { decision: 'reject' })
    await killAt(nested.run.id, 'before-end')

    const ended = await advance(replica, nested.run.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toMatch(/step confirm is rejected by Ben Okafor/)
    expect(nested.effects().after).toBe(0)
  })
})

async function killAt(runId: string, at: string): Promise<void> {
  const replica = await world.replica()
  await replica.deps.stores.runs.wake(runId)
  const config = { databaseUrl: world.database.url, targetUrl: world.target.url, runId, leaseMs: LEASE_MS }
  const child = forkReplica({ ...config, at, signal: 'SIGKILL', isUnguarded: false })
  forked.push(child)
  await child.exited
  await world.endLease(runId)
}

async function lookUntilAsked(replica: Awaited<ReturnType<World['replica']>>, runId: string): Promise<void> {
  await waitUntil('people are asked', async () => {
    await look(replica, runId)
    return (await replica.deps.stores.stepApprovals.list(runId)).length > 0
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
