import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { FAKE_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import { fakeResource } from '../../fakes/argocd/fake-resources.ts'
import { moduleOf } from './module-of.ts'
import { isWriting } from './is-writing.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { FakeApp } from '../../fakes/argocd/describe-application.ts'
import type { FakeEffect } from '../../fakes/argocd/fake-argocd.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { MatrixAction, OpenedAction, OpeningWorld } from './matrix-action.ts'

const RESOURCE = { name: 'checkout', namespace: 'shop' }
const POLL_MS = 20

interface Kind {
  readonly kind: FakeEffect['kind']
  readonly with?: JsonObject
  readonly name?: string
  readonly autoSync?: boolean
  readonly prepare?: (fake: FakeArgoCd, app: FakeApp) => void
}

/** Actions on an app or on one of its resources, each against an Argo CD of its own. */
export const ARGO_CD_ROWS: readonly MatrixAction[] = [
  row('argocd/sync', 'asked', { kind: 'sync', with: { revision: 'rev-c' } }),
  row('argocd/rollback', 'asked', { kind: 'rollback', with: { id: '40' } }),
  row('argocd/rollback', 'asked', {
    kind: 'auto-sync',
    name: 'argocd/rollback (suspending auto-sync)',
    with: { id: '40', autoSync: 'suspend' },
    autoSync: true,
  }),
  row('argocd/terminate', 'asked', {
    kind: 'terminate',
    prepare: (fake, app) => {
      fake.movesOnRead = false
      fake.startForeign(app, 'rev-c')
      fake.move(app)
    },
  }),
  row('argocd/restart', 'asked', { kind: 'restart', with: { ...RESOURCE, kind: 'Deployment' } }),
  row('argocd/auto-sync', 'again', { kind: 'auto-sync', with: { enabled: false }, autoSync: true }),
  row('rollouts/abort', 'again', { kind: 'abort', with: RESOURCE }),
  row('rollouts/promote', 'asked', { kind: 'resume', name: 'rollouts/promote (one pause)', with: RESOURCE }),
  row('rollouts/promote', 'asked', {
    kind: 'promote-full',
    name: 'rollouts/promote (to the end)',
    with: { ...RESOURCE, full: true },
  }),
]

function row(uses: ActionName, afterUnknown: MatrixAction['afterUnknown'], kind: Kind): MatrixAction {
  const open = (world: OpeningWorld) => openArgoCd(world, uses, kind)
  return {
    name: kind.name ?? uses,
    uses,
    afterUnknown,
    readsAnswer: true,
    counterpart: 'vendor',
    isEffect: isWriting,
    open,
  }
}

async function openArgoCd(world: OpeningWorld, uses: ActionName, kind: Kind): Promise<OpenedAction> {
  const fake = await FakeArgoCd.start()
  const app = fake.addApp(world.name, ['rev-a', 'rev-b'], { autoSync: kind.autoSync ?? false })
  for (const what of ['Deployment', 'Rollout']) fake.resources.push(fakeResource(what, 'shop', 'checkout'))
  kind.prepare?.(fake, app)
  const argocd = createArgoCd({
    url: new URL(await world.spoil(fake.server)),
    token: FAKE_TOKEN,
    projectOf: () => 'payments',
    timeoutMs: world.timeoutMs,
    pollMs: POLL_MS,
  })
  return {
    module: moduleOf(argocd.actions, uses),
    args: { app: world.name, ...kind.with },
    countEffects: () => fake.countEffects(kind.kind),
    close: () => fake.server.close(),
  }
}
