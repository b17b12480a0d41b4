import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import { fakeResource } from '../../fakes/argocd/fake-resources.ts'
import { openArgoCdWorld } from './argocd-world.ts'
import { runToEnd } from '../action-runner/run-to-end.ts'
import type { ActionInput, ActionName } from '../../../src/domain/action.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { FakeEffect } from '../../fakes/argocd/fake-argocd.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

const ROLLOUT = { app: 'checkout', name: 'checkout', namespace: 'shop' }

interface ActionCase {
  readonly uses: ActionName
  readonly with: JsonObject
  readonly kind: FakeEffect['kind']
}

const CASES: readonly ActionCase[] = [
  { uses: 'argocd/restart', with: { ...ROLLOUT, kind: 'Deployment' }, kind: 'restart' },
  { uses: 'rollouts/abort', with: ROLLOUT, kind: 'abort' },
  { uses: 'rollouts/promote', with: { ...ROLLOUT, full: true }, kind: 'promote-full' },
  { uses: 'rollouts/promote', with: ROLLOUT, kind: 'resume' },
  { uses: 'argocd/terminate', with: { app: 'checkout' }, kind: 'terminate' },
]

async function openWorldWithResources(): Promise<ArgoCdWorld> {
  const world = await openArgoCdWorld()
  for (const kind of ['Deployment', 'Rollout']) world.fake.resources.push(fakeResource(kind, 'shop', 'checkout'))
  world.fake.movesOnRead = false
  world.fake.startForeign(world.app, 'rev-c')
  world.fake.move(world.app)
  return world
}

for (const { uses, with: args, kind } of CASES) {
  describeActionModule(`${uses} (${kind})`, {
    setup: async () => {
      const world = await openWorldWithResources()
      return {
        module: world.argocd.actions.find(({ name }) => name === uses)!,
        args,
        server: world.fake.server,
        countEffects: () => world.fake.countEffects(kind),
        close: () => world.fake.server.close(),
      }
    },
    isEffect: ({ method }) => method !== 'GET',
    afterLostAnswer: 'found',
  })
}

let world: ArgoCdWorld

beforeEach(async () => {
  world = await openWorldWithResources()
})
afterEach(() => world.fake.server.close())

const rolloutOf = () => world.fake.resources.find(({ kind }) => kind === 'Rollout')!
const read = (input: ActionInput) => world.runner.readState(input, world.signal)

describe('restarting through Argo CD', () => {
  const restart: ActionInput = { uses: 'argocd/restart', with: { ...ROLLOUT, kind: 'Deployment' } }

  it('shows the last restart, so that another one in between is seen', async () => {
    expect(await read(restart)).toMatchObject({ resource: 'Deployment/shop/checkout', restartedAt: null })
  })

  it('knows the kinds that Argo CD can restart, and no other', () => {
    expect(() => world.runner.describe({ ...restart, with: { ...restart.with, kind: 'CronJob' } })).toThrow(
      RefusedError,
    )
  })

  it('would restart twice if it were sent again without asking', async () => {
    world.fake.server.inject({ kind: 'effect-then-502', matches: ({ method }) => method === 'POST' })

    const before = await read(restart)
    await world.runner.perform(restart, before, effectContext())
    await world.runner.perform(restart, before, effectContext())

    expect(world.fake.countEffects('restart')).toBe(2)
  })
})

describe('promoting a rollout by one step', () => {
  const promote: ActionInput = { uses: 'rollouts/promote', with: ROLLOUT }

  it('is found done after a lost answer although the next step is a pause again', async () => {
    const before = await read(promote)
    world.fake.server.inject({ kind: 'effect-then-drop', matches: ({ method }) => method === 'POST' })

    await world.runner.perform(promote, before, effectContext())
    const attempt = lostAttempt('rollouts/promote', 'queryable', before)
    const answer = await world.runner.reconcile(promote, attempt, effectContext())

    expect(answer.found).toBe('executed')
    expect(rolloutOf()).toMatchObject({ stepIndex: 2, isPaused: true })
  })

  it('would skip a step if it were sent again without asking', async () => {
    const before = await read(promote)
    world.fake.server.inject({ kind: 'effect-then-drop', matches: ({ method }) => method === 'POST' })

    await world.runner.perform(promote, before, effectContext())
    await world.runner.perform(promote, before, effectContext())

    expect(rolloutOf().stepIndex).toBe(3)
  })

  it.each([
    ['is aborted', { abort: true }],
    ['is rolled out completely', { stableRS: 'new' }],
    ['is not paused', { isPaused: false }],
  ])('is unfit while the rollout %s', async (words, change) => {
    Object.assign(rolloutOf(), change)

    await expect(read(promote)).rejects.toThrow(words)
  })
})

describe('aborting a rollout', () => {
  it('is unfit when it is rolled out completely', async () => {
    rolloutOf().stableRS = 'new'

    await expect(read({ uses: 'rollouts/abort', with: ROLLOUT })).rejects.toThrow('nothing to abort')
  })
})

describe('terminating an operation', () => {
  const terminate: ActionInput = { uses: 'argocd/terminate', with: { app: 'checkout' } }

  it('is unfit when none is running', async () => {
    world.app.operation = null
    world.app.operationState = null

    await expect(read(terminate)).rejects.toThrow('nothing to terminate')
  })

  it('is done when the operation ended by itself just before', async () => {
    const before = await read(terminate)
    world.fake.move(world.app)

    const result = await world.runner.perform(terminate, before, effectContext())

    expect(result).toMatchObject({ outcome: 'done', detail: expect.stringContaining('by itself') })
    expect(world.fake.countEffects('terminate')).toBe(0)
  })

  it('leaves an operation alone that began after the one it was meant for', async () => {
    const before = await read(terminate)
    world.fake.move(world.app)
    world.fake.startForeign(world.app, 'rev-d')
    world.fake.move(world.app)

    expect(await read(terminate)).not.toEqual(before)
    const attempt = lostAttempt('argocd/terminate', 'idempotent', before)
    expect((await world.runner.reconcile(terminate, attempt, effectContext())).found).toBe('executed')
    expect(world.app.operation?.revision).toBe('rev-d')
  })
})

describeWhenShared('contracts/argocd/swagger.json', 'what is asked of resources and operations', (path) => {
  it.each(CASES)('$uses ($kind) sends what the specification knows', async ({ uses, with: args }) => {
    const specification = new PublishedSpecification(path)
    const input = { uses, with: args }
    const before = await read(input)

    expect((await runToEnd(world.runner, input, before, effectContext())).outcome).toBe('done')

    const { requests } = world.fake.server
    expect(requests.some(({ method }) => method !== 'GET')).toBe(true)
    expect(requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
  })
})

describe('every action of Argo CD', () => {
  const named = { name: 'checkout', namespace: 'shop' }
  const EACH: readonly ActionInput[] = [
    { uses: 'argocd/rollback', with: { app: 'checkout-prod', id: 41 } },
    { uses: 'argocd/sync', with: { app: 'checkout-prod' } },
    { uses: 'argocd/auto-sync', with: { app: 'checkout-prod', enabled: true } },
    { uses: 'argocd/terminate', with: { app: 'checkout-prod' } },
    { uses: 'argocd/restart', with: { app: 'checkout-prod', kind: 'Deployment', ...named } },
    { uses: 'rollouts/abort', with: { app: 'checkout-prod', ...named } },
    { uses: 'rollouts/promote', with: { app: 'checkout-prod', ...named } },
  ]

  it('has its app looked at again between intent and request, since none of them takes a precondition (T19)', () => {
    const system = (uses: string) => uses.startsWith('argocd/') || uses.startsWith('rollouts/')
    expect(EACH.map(({ uses }) => uses).toSorted()).toEqual(world.runner.available.filter(system).toSorted())
    expect(EACH.filter((input) => world.runner.describe(input).looksAgain !== true)).toEqual([])
  })
})
