import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import { runToEnd } from '../action-runner/run-to-end.ts'
import { openArgoCdWorld } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { ActionInput } from '../../../src/domain/action.ts'

const pinned: ActionInput = { uses: 'argocd/sync', with: { app: 'checkout', revision: 'rev-c' } }
const tracked: ActionInput = { uses: 'argocd/sync', with: { app: 'checkout' } }

describe('a sync in Argo CD', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld()
  })
  afterEach(() => world.fake.server.close())

  it('carries the idempotency key as an info', async () => {
    const before = await world.runner.readState(pinned, world.signal)

    await world.runner.perform(pinned, before, effectContext())

    expect(world.fake.server.requests.at(-1)?.body).toMatchObject({
      revision: 'rev-c',
      project: 'payments',
      infos: [
        { name: 'countersign-step', value: 'RUN-5:step:main' },
        { name: 'countersign-incident', value: 'INC-12' },
      ],
    })
  })

  it('of what the app tracks ends only when the app is Synced', async () => {
    const before = await world.runner.readState(tracked, world.signal)
    const first = await world.runner.perform(tracked, before, effectContext())
    const handle = first.outcome === 'pending' ? first.handle : {}
    world.fake.movesOnRead = false
    for (let move = 0; move < 3; move += 1) world.fake.move(world.app)
    world.app.sync = 'OutOfSync'

    const early = await world.runner.poll(tracked, handle, effectContext())
    world.app.sync = 'Synced'
    const late = await world.runner.poll(tracked, handle, effectContext())

    expect(early).toMatchObject({ outcome: 'pending', detail: expect.stringContaining('sync is OutOfSync') })
    expect(late.outcome).toBe('done')
  })

  it('to another revision does not wait for Synced, which cannot come', async () => {
    const before = await world.runner.readState(pinned, world.signal)
    const first = await world.runner.perform(pinned, before, effectContext())
    world.fake.movesOnRead = false
    for (let move = 0; move < 3; move += 1) world.fake.move(world.app)
    world.app.sync = 'OutOfSync'

    const result = await world.runner.poll(pinned, first.outcome === 'pending' ? first.handle : {}, effectContext())

    expect(result.outcome).toBe('done')
  })

  it('of a few resources names them and ends without an entry in the history', async () => {
    const resources = [{ group: 'apps', kind: 'Deployment', name: 'checkout', namespace: 'shop' }]
    const some: ActionInput = { uses: 'argocd/sync', with: { app: 'checkout', resources } }

    const result = await runToEnd(world.runner, some, await world.runner.readState(some, world.signal), effectContext())

    expect(result).toMatchObject({ outcome: 'done', output: { historyId: '41' } })
    expect(world.fake.server.requests.some(({ text }) => text.includes('"resources":[{"group":"apps"'))).toBe(true)
  })

  it('is told apart from another sync of ours to the same revision by its key', async () => {
    world.fake.movesOnRead = false
    const before = await world.runner.readState(pinned, world.signal)
    await world.runner.perform(pinned, before, effectContext({ idempotencyKey: 'RUN-4:other:main' }))

    const answer = await world.runner.reconcile(
      pinned,
      lostAttempt('argocd/sync', 'queryable', before),
      effectContext(),
    )

    expect(answer.found).toBe('unknown')
  })

  it('to another revision says what to do while auto-sync forbids it', async () => {
    world.app.automated = { enabled: undefined, prune: false, selfHeal: false }
    const before = await world.runner.readState(pinned, world.signal)

    const result = await world.runner.perform(pinned, before, effectContext())

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(result.detail).toContain('autoSync: suspend')
  })
})

describe('switching auto-sync', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld({ autoSync: true })
  })
  afterEach(() => world.fake.server.close())

  it.each([
    [false, { enabled: false, prune: true, selfHeal: true }],
    [true, { enabled: undefined, prune: true, selfHeal: true }],
  ])('to %s leaves the rest of the policy alone', async (enabled, policy) => {
    const input: ActionInput = { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled } }

    const result = await world.runner.perform(input, await world.runner.readState(input, world.signal), effectContext())

    expect(result).toMatchObject({ outcome: 'done', after: { autoSync: enabled } })
    expect(world.app.automated).toEqual(policy)
  })
})
