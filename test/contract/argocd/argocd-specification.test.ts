import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { effectContext } from '../action-runner/effect-context.ts'
import { runToEnd } from '../action-runner/run-to-end.ts'
import { checkoutService, openArgoCdWorld } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { ActionInput } from '../../../src/domain/action.ts'

describeWhenShared(
  'contracts/argocd/swagger.json',
  'our requests, held against the published API of Argo CD',
  (path) => {
    const specification = new PublishedSpecification(path)
    let world: ArgoCdWorld

    beforeEach(async () => {
      world = await openArgoCdWorld({ autoSync: true })
    })
    afterEach(() => world.fake.server.close())

    it.each<ActionInput>([
      { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled: false } },
      { uses: 'argocd/rollback', with: { app: 'checkout', id: '40', autoSync: 'suspend', prune: true } },
      {
        uses: 'argocd/sync',
        with: {
          app: 'checkout',
          prune: true,
          resources: [{ group: 'apps', kind: 'Deployment', name: 'checkout', namespace: 'shop' }],
        },
      },
    ])('$uses sends what the specification knows', async (input) => {
      for (const effect of world.runner.describe(input).effects) {
        const before = await world.runner.readState(input, world.signal)
        const result = await runToEnd(world.runner, input, before, effectContext({ effect }))
        expect(result.outcome).toBe('done')
      }

      expect(world.fake.server.requests.length).toBeGreaterThan(1)
      expect(world.fake.server.requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
    })

    it('reads and checks by what the specification knows', async () => {
      await world.argocd.deployState.read(checkoutService(), world.signal)
      await world.argocd.changes.listChanges(checkoutService(), new Date(0), world.signal)
      await world.argocd.checkHealth(['checkout'], world.signal)

      expect(world.fake.server.requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
    })

    it('would notice a field that Argo CD does not know, a wrong type and a path that is not there', async () => {
      await world.argocd.deployState.read(checkoutService(), world.signal)
      const request = world.fake.server.requests[0]!
      const post = { ...request, method: 'POST', query: new URLSearchParams() }

      expect(specification.problemsOf({ ...request, query: new URLSearchParams({ projekt: 'x' }) })).toHaveLength(1)
      expect(specification.problemsOf({ ...request, path: '/api/v1/apps/checkout' })).toHaveLength(1)
      const rollback = '/api/v1/applications/checkout/rollback'
      expect(specification.problemsOf({ ...post, path: rollback, body: { id: '40' } })).toEqual([
        `POST ${rollback}: body.id is string, expected integer`,
      ])
      expect(specification.problemsOf({ ...post, path: rollback, body: { id: 40, stamp: 'x' } })).toEqual([
        `POST ${rollback}: body.stamp is not in the specification`,
      ])
    })

    it('is answered by a fake whose Applications the specification knows', async () => {
      const signal = world.signal
      const shown: unknown[] = []
      for (let move = 0; move < 4; move += 1) {
        const response = await fetch(`${world.fake.server.url}/api/v1/applications/checkout?project=payments`, {
          headers: { authorization: 'Bearer fake-argocd-token-9c1d' },
          signal,
        })
        shown.push(await response.json())
        if (move === 0) world.fake.startForeign(world.app, 'rev-c')
      }

      expect(shown.flatMap((value) => specification.problemsOfDefinition('v1alpha1Application', value))).toEqual([])
    })
  },
)
