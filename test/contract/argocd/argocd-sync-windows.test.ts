import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createSyncAction } from '../../../src/connectors/argocd/sync-action.ts'
import { ArgoCdClient } from '../../../src/connectors/argocd/argocd-client.ts'
import { FAKE_TOKEN } from '../../fakes/argocd/fake-argocd.ts'
import { openArgoCdWorld } from './argocd-world.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { ArgoCdWorld } from './argocd-world.ts'

const SYNC: ActionInput = { uses: 'argocd/sync', with: { app: 'checkout', revision: 'rev-c' } }
const ROLLBACK: ActionInput = { uses: 'argocd/rollback', with: { app: 'checkout', id: '40' } }
const NIGHT = { kind: 'deny', schedule: '0 22 * * *', duration: '8h' }

describe('sync windows of Argo CD', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld()
  })
  afterEach(() => world.fake.server.close())

  const read = (input: ActionInput) => world.runner.readState(input, world.signal)

  it.each([SYNC, ROLLBACK])('an open deny window freezes $uses, and says which', async (input) => {
    world.fake.syncWindows = { activeWindows: [NIGHT], assignedWindows: [NIGHT] }

    await expect(read(input)).rejects.toMatchObject({
      code: 'frozen',
      message: expect.stringContaining('a deny window of checkout is open (0 22 * * * for 8h)'),
    })
  })

  it('outside of its allow windows an app is frozen: Argo CD leaves out what is false', async () => {
    world.fake.syncWindows = { assignedWindows: [{ kind: 'allow', schedule: '0 9 * * *', duration: '8h' }] }

    await expect(read(SYNC)).rejects.toMatchObject({
      code: 'frozen',
      message: expect.stringContaining('checkout is outside of its allow windows'),
    })
  })

  it('within an allow window, with none at all, or where syncs by hand are let through, it is not', async () => {
    for (const syncWindows of [
      { canSync: true, activeWindows: [{ kind: 'allow' }] },
      { canSync: true },
      { canSync: true, activeWindows: [{ ...NIGHT, manualSync: true }] },
    ]) {
      world.fake.syncWindows = syncWindows
      expect(await read(SYNC)).toMatchObject({ app: 'checkout' })
    }
  })

  it('that cannot be read are not taken for none: the state cannot be read then', async () => {
    world.fake.server.inject({ kind: 'answer', answer: { status: 503, body: { error: 'no' } } })

    await expect(read(SYNC)).rejects.toMatchObject({ code: expect.stringMatching(/^(?!frozen)/) })
    expect(await read(SYNC)).toMatchObject({ app: 'checkout' })
  })

  it('are not asked about without the guard, and a deny window would stop nothing', async () => {
    const client = new ArgoCdClient({ url: new URL(world.fake.server.url), token: FAKE_TOKEN })
    const bare = createActionRunner([createSyncAction({ client, projectOf: () => 'payments', pollMs: 10 })])
    world.fake.syncWindows = { activeWindows: [NIGHT] }

    expect(await bare.readState(SYNC, world.signal)).toMatchObject({ app: 'checkout' })
  })
})
