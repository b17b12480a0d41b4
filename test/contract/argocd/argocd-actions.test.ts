import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { FAKE_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { FakeEffect } from '../../fakes/argocd/fake-argocd.ts'
import type { SeenRequest } from '../../fakes/vendor-server.ts'

const isEffect = (request: SeenRequest): boolean => request.method !== 'GET'

function setup(name: ActionName, args: JsonObject, kind: FakeEffect['kind'], options: { autoSync?: boolean } = {}) {
  return async () => {
    const fake = await FakeArgoCd.start()
    fake.addApp('checkout', ['rev-a', 'rev-b'], options)
    const argocd = createArgoCd({
      url: new URL(fake.server.url),
      token: FAKE_TOKEN,
      projectOf: () => 'payments',
      timeoutMs: 2_000,
    })
    const module = argocd.actions.find((action) => action.name === name)!
    return {
      module,
      args,
      server: fake.server,
      countEffects: () => fake.countEffects(kind),
      close: () => fake.server.close(),
    }
  }
}

describeActionModule('argocd/rollback', {
  setup: setup('argocd/rollback', { app: 'checkout', id: '40' }, 'rollback'),
  isEffect,
  afterLostAnswer: 'found',
})

describeActionModule('argocd/sync', {
  setup: setup('argocd/sync', { app: 'checkout', revision: 'rev-c' }, 'sync'),
  isEffect,
  afterLostAnswer: 'found',
})

describeActionModule('argocd/auto-sync', {
  setup: setup('argocd/auto-sync', { app: 'checkout', enabled: false }, 'auto-sync', { autoSync: true }),
  isEffect,
  afterLostAnswer: 'found',
})
