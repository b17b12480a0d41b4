import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { forkReplica } from './fork-replica.ts'
import type { ForkedReplica } from './fork-replica.ts'
import { advance, openWorld } from './world.ts'
import type { World } from './world.ts'

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

/** Longer than a busy machine lets a replica wait for its next turn: it is to die where it is told to, and not to give up. */
const LEASE_MS = 60_000
const POINTS = [
  ...(['before-intent', 'after-intent', 'before-send', 'before-record'] as const),
  ...(['after-record', 'before-reconcile', 'before-end'] as const),
]
/** What happened at these is not known to whoever takes over. */
const OPEN: readonly string[] = ['before-send', 'before-record', 'before-reconcile']

describe.each(POINTS)('a replica killed at %s', (point) => {
  it.each(['pagerduty/note', 'argocd/sync'] as const)('leaves the effect to happen exactly once (%s)', async (uses) => {
    const { ended, key } = await killAndTakeOver(uses, point)

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
  })

  it('leaves an effect that nobody can ask about at once at most, and shows it to a person when it is not known', async () => {
    const { ended, key, run, replica } = await killAndTakeOver('lambda/invoke', point)

    const isOpen = OPEN.includes(point)
    expect(ended.state).toBe(isOpen ? 'unknown' : 'succeeded')
    expect(world.target.countOf(key)).toBe(point === 'before-send' ? 0 : 1)
    if (!isOpen) return
    const choice = world.target.countOf(key) === 1 ? 'done' : 'retry'
    await settleStep(replica.deps, {
      runId: run.id,
      stepId: 'move',
      choice,
      reason: 'looked',
      person: ANA,
      origin: 'console',
    })
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
  })
})

it('a replica killed before it follows what its target has accepted leaves the effect to happen exactly once', async () => {
  const { ended, key } = await killAndTakeOver('argocd/sync', 'before-poll', { slow: true })

  expect(ended.state).toBe('succeeded')
  expect(world.target.countOf(key)).toBe(1)
})

async function killAndTakeOver(uses: StepSpec['uses'], at: string, how: JsonObject = {}) {
  const { replica, run, resource } = await approveOne(uses, how)
  if (at === 'before-reconcile') {
    const matches = ({ text }: { readonly text: string }) => text.includes(`"${resource}"`)
    world.target.misbehave({ kind: 'effect-then-drop', times: 1, matches })
  }
  const child = start(run.id, at)
  await child.exited
  await world.endLease(run.id)
  const ended = await advance(replica, run.id)
  return { replica, run, ended, key: `${run.id}:move:main` }
}

function start(runId: string, at: string): ForkedReplica {
  const child = forkReplica({
    databaseUrl: world.database.url,
    targetUrl: world.target.url,
    runId,
    leaseMs: LEASE_MS,
    at,
    signal: 'SIGKILL',
    isUnguarded: false,
  })
  forked.push(child)
  return child
}

let place = 0
async function approveOne(uses: StepSpec['uses'], how: JsonObject) {
  place += 1
  const replica = await world.replica({ settings: { inflightWindowMs: 50 } })
  // Nothing in the target's state shows the effect, so that no other guard helps.
  const resource = `dying-${String(place)}`
  const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses, resource, with: how }])
  return { replica, run, resource }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
