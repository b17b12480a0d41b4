import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ArgoCdClient } from '../../../src/connectors/argocd/argocd-client.ts'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createAutoSyncAction } from '../../../src/connectors/argocd/auto-sync-action.ts'
import { FAKE_TOKEN } from '../../fakes/argocd/fake-argocd.ts'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { effectContext } from '../action-runner/effect-context.ts'
import { openArgoCdWorld } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'

const ENABLE = { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled: true } } as const
const image = (tag: string) => [
  `{"kind":"Deployment","metadata":{"name":"checkout"},"spec":{"containers":[{"image":"shop/checkout:${tag}"}]}}`,
]

/** Rolled back from rev-b to rev-a, auto-sync off, Git at `head`. */
function rollBack({ app, fake }: ArgoCdWorld, head: string): void {
  fake.movesOnRead = false
  const entry = { id: 42, revision: 'rev-a', startedAt: fake.now(), deployedAt: fake.now(), username: 'countersign' }
  app.history.push(entry)
  app.automated = { enabled: false, prune: true, selfHeal: true }
  app.head = head
  fake.rendered.set('rev-a', image('2.13.0'))
  fake.rendered.set('rev-b', image('2.14.0'))
  fake.rendered.set('rev-revert', image('2.13.0'))
  fake.rendered.set('rev-on-top', image('2.14.0'))
}

let world: ArgoCdWorld
beforeEach(async () => {
  world = await openArgoCdWorld()
})
afterEach(() => world.fake.server.close())

describe('switching auto-sync on again after a rollback', () => {
  it.each([
    ['the revision that was rolled back from', 'rev-b', /it is the revision that was rolled back from/],
    ['a commit on top that changes nothing of it', 'rev-on-top', /renders the same/],
    ['what cannot be rendered', 'rev-unknown', /Unable to resolve/],
  ])('is refused while Git holds %s', async (_, head, why) => {
    rollBack(world, head)

    await expect(world.runner.readState(ENABLE, world.signal)).rejects.toThrow(why)
  })

  it('is refused for an image of it, whatever else has changed', async () => {
    rollBack(world, 'rev-on-top')
    world.fake.rendered.set('rev-on-top', [...image('2.14.0'), '{"kind":"ConfigMap","metadata":{"name":"new"}}'])

    await expect(world.runner.readState(ENABLE, world.signal)).rejects.toThrow(/brings back shop\/checkout:2.14.0/)
  })

  it('is done once Git is reverted, and only that revision is approved', async () => {
    rollBack(world, 'rev-revert')
    const before = await world.runner.readState(ENABLE, world.signal)
    const result = await world.runner.perform(ENABLE, before, effectContext())

    expect(before).toMatchObject({ autoSync: false, gitRevision: 'rev-revert' })
    expect(result.outcome).toBe('done')
    expect(world.fake.effects).toContainEqual({ kind: 'sync', app: 'checkout', detail: 'rev-revert' })
  })

  it.each(['rev-b', 'rev-other'])('is not sent when Git has moved to %s since the plan', async (moved) => {
    rollBack(world, 'rev-revert')
    world.fake.rendered.set('rev-other', image('2.15.0'))
    const before = await world.runner.readState(ENABLE, world.signal)
    world.app.head = moved
    const result = await world.runner.perform(ENABLE, before, effectContext())

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(world.fake.effects).toEqual([])
  })

  it('twin: without the guard the bad revision comes back', async () => {
    rollBack(world, 'rev-b')
    const client = new ArgoCdClient({ url: new URL(world.fake.server.url), token: FAKE_TOKEN })
    const unguarded = createAutoSyncAction({ client, projectOf: () => 'payments', pollMs: 10 }, () => Promise.resolve())
    const runner = createActionRunner([unguarded])
    const before = await runner.readState(ENABLE, world.signal)
    await runner.perform(ENABLE, before, effectContext())

    expect(world.fake.effects).toContainEqual({ kind: 'sync', app: 'checkout', detail: 'rev-b' })
  })

  it('has nothing to guard where nothing was rolled back, and switching it off never has', async () => {
    world.app.head = 'rev-c'

    expect(await world.runner.readState(ENABLE, world.signal)).toMatchObject({ gitRevision: 'rev-c' })
    rollBack(world, 'rev-b')
    const off = { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled: false } } as const
    expect(await world.runner.readState(off, world.signal)).toMatchObject({ autoSync: false })
  })
})

describeWhenShared('contracts/argocd/swagger.json', 'what the guard asks, held against the published API', (path) => {
  it('is known to the specification', async () => {
    rollBack(world, 'rev-revert')
    await world.runner.perform(ENABLE, await world.runner.readState(ENABLE, world.signal), effectContext())

    const specification = new PublishedSpecification(path)
    expect(world.fake.server.requests.map(({ query }) => query.get('refresh'))).toContain('normal')
    expect(world.fake.server.requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
  })
})
