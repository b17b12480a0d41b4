import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { askedOf, look, nestedRun, pressStep } from './nested-world.ts'
import { advance, find, openWorld, timelineTexts } from './world.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { World } from './world.ts'

/**
 * T26 with T15: whoever approved beyond the limit needs one more approver, and still needs them when that one loses the
 * role between the approval and the effect.
 */
let world: World
let count = 0
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const LOST: Person = { ...BEN, roles: ['responder'] }
const LIMITED = { fatigue: { decisions: 1, perMs: 600_000 } }
const UNLIMITED = { fatigue: { decisions: 1_000_000, perMs: 600_000 } }

/** The guard taken out: nobody counts what else was approved. */
const neverTired = (stores: Stores): Stores => ({
  ...stores,
  decisions: { ...stores.decisions, countRecent: () => Promise.resolve(0) },
})

async function open(change: { readonly isLimited?: boolean; readonly counts?: boolean } = {}) {
  const directory = { people: [ANA, BEN, RIA] as readonly Person[] }
  const replica = await world.replica({
    people: () => directory.people,
    settings: change.isLimited === false ? UNLIMITED : LIMITED,
    ...(change.counts === false ? { stores: neverTired } : {}),
  })
  // Ana has approved another plan just now.
  await approveOne(replica, [ANA])
  return { replica, directory }
}

function approveOne(replica: Replica, approvers: readonly Person[]) {
  count += 1
  const resource = `tired-${String(count)}`
  return approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'argocd/sync', resource, with: { to: 'r1' } }], {
    approvers,
  })
}

async function runLosing(when: DebugPoint | 'at once', change: Parameters<typeof open>[0] = {}) {
  const { replica, directory } = await open(change)
  const { run } = await approveOne(replica, [ANA, BEN])
  const lose = () => {
    directory.people = [ANA, LOST, RIA]
  }
  if (when === 'at once') lose()
  const debugPoint = async (point: DebugPoint) => {
    await Promise.resolve()
    if (point === when) lose()
  }
  await advance(replica, run.id, { debugPoint })
  return { replica, run: await find(replica, run.id), effects: world.target.countOf(`${run.id}:move:main`) }
}

describe('a plan that needed a further approver, who loses the role', () => {
  it.each(['at once', 'before-intent', 'after-intent'] as const)('%s: nothing is sent', async (when) => {
    const { replica, run, effects } = await runLosing(when)

    expect(effects).toBe(0)
    expect(run.state).toBe('stopped')
    expect((await timelineTexts(replica, run.incidentId)).at(-1)).toMatch(/Ben Okafor is not an approver/)
  })

  it('is carried out where the first one was not beyond the limit, so that one approval is enough', async () => {
    for (const when of ['at once', 'after-intent'] as const) {
      const { run, effects } = await runLosing(when, { isLimited: false })
      expect([run.state, effects]).toEqual(['succeeded', 1])
    }
  })

  it('is carried out by the tired one alone where nobody counts (the twin)', async () => {
    const { run, effects } = await runLosing('at once', { counts: false })

    expect([run.state, effects]).toEqual(['succeeded', 1])
  })
})

describe('a nested approval that needed a further approver, who loses the role before the next step', () => {
  it.each([
    ['sends nothing behind it', {}, 0, 'stopped'],
    ['is enough where nobody counts (the twin)', { counts: false }, 1, 'succeeded'],
  ] as const)('%s', async (_what, change, effects, state) => {
    const { replica, directory } = await open(change)
    const nested = await nestedRun(replica, (key) => world.target.countOf(key), { approvers: [BEN, ANA] })
    await look(replica, nested.run.id)
    expect((await askedOf(replica, nested.run.id)).state).toBe('pending')
    await pressStep(replica, nested, ANA)
    await pressStep(replica, nested, BEN)
    const debugPoint = async (point: string, { stepId }: { readonly stepId: string }) => {
      await Promise.resolve()
      // The plan itself keeps its two approvals by people who are still approvers.
      if (point === 'before-intent' && stepId === 'after') {
        directory.people = [ANA, LOST, { ...RIA, roles: ['approver'] }]
      }
    }

    await look(replica, nested.run.id, { debugPoint })

    expect(nested.effects().after).toBe(effects)
    expect((await find(replica, nested.run.id)).state).toBe(state)
  })
})

describe('the fresh approval of a retry, by somebody beyond the limit', () => {
  it.each([
    ['waits for one more', true, [false, true]],
    ['is enough below it (the twin)', false, [true]],
  ] as const)('%s', async (_what, isLimited, expected) => {
    const { replica } = await open({ isLimited })
    const resource = `tired-retry-${String(isLimited)}`
    world.target.misbehave({ kind: 'effect-then-drop', matches: ({ text }) => text.includes(`"${resource}"`) })
    const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'lambda/invoke', resource }], {
      approvers: [ANA, BEN],
    })
    expect((await advance(replica, run.id)).state).toBe('unknown')

    const settled: boolean[] = []
    for (const person of [ANA, BEN].slice(0, expected.length)) {
      const said = { choice: 'retry', reason: 'it never arrived', person, origin: 'console' } as const
      settled.push((await settleStep(replica.deps, { runId: run.id, stepId: null, ...said })).isSettled)
    }

    expect(settled).toEqual(expected)
  })
})
