import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { VendorRejectedError, VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import { checkoutService, openArgoCdWorld } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

describe('what Argo CD knows of a service', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld({ autoSync: true })
    world.fake.movesOnRead = false
  })
  afterEach(() => world.fake.server.close())

  it('is its live state with the history newest first', async () => {
    const state = await world.argocd.deployState.read(checkoutService(), world.signal)

    expect(state).toMatchObject({
      app: 'checkout',
      health: 'Healthy',
      sync: 'Synced',
      revision: 'rev-b',
      autoSync: true,
      operationPhase: null,
      history: [
        { id: '41', revision: 'rev-b', initiatedBy: 'ana' },
        { id: '40', revision: 'rev-a' },
      ],
      url: `${world.fake.server.url}/applications/argocd/checkout`,
    })
  })

  it('is nothing for a service without an app', async () => {
    const service = checkoutService({ argocd: null })

    expect(await world.argocd.deployState.read(service, world.signal)).toBeNull()
    expect(await world.argocd.changes.listChanges(service, LONG_AGO, world.signal)).toEqual([])
    expect(world.fake.server.requests).toHaveLength(0)
  })

  it('becomes changes that name what stood before', async () => {
    const changes = await world.argocd.changes.listChanges(checkoutService(), LONG_AGO, world.signal)

    expect(changes[0]).toMatchObject({
      source: 'argocd',
      sourceId: 'checkout/history/41',
      kind: 'deploy',
      service: 'checkout',
      revision: 'rev-b',
      previous: { id: '40', revision: 'rev-a' },
      actor: 'ana',
      outcome: 'succeeded',
    })
    expect(changes[1]).toMatchObject({ sourceId: 'checkout/history/40', previous: null })
  })

  it('leaves out changes that ended before the time asked for', async () => {
    const newest = new Date(world.app.history[1]!.deployedAt)

    const changes = await world.argocd.changes.listChanges(checkoutService(), newest, world.signal)

    expect(changes.map(({ revision }) => revision)).toEqual(['rev-b'])
  })

  it('shows a deploy that was taken back as rolled back', async () => {
    const at = world.fake.now()
    world.app.history.push({ id: 42, revision: 'rev-a', startedAt: at, deployedAt: at, username: 'ana' })

    const changes = await world.argocd.changes.listChanges(checkoutService(), LONG_AGO, world.signal)

    expect(changes.map(({ sourceId, outcome }) => [sourceId, outcome])).toEqual([
      ['checkout/history/42', 'succeeded'],
      ['checkout/history/41', 'rolled_back'],
      ['checkout/history/40', 'succeeded'],
    ])
  })

  it('includes a deploy that is running and one that failed, which are not in the history', async () => {
    world.fake.startForeign(world.app, 'rev-c')
    world.fake.move(world.app)
    const running = await world.argocd.changes.listChanges(checkoutService(), LONG_AGO, world.signal)
    world.fake.failsNextOperation = 'hook failed'
    world.fake.move(world.app)
    const failed = await world.argocd.changes.listChanges(checkoutService(), LONG_AGO, world.signal)

    expect(running[0]).toMatchObject({ revision: 'rev-c', outcome: 'running', finishedAt: null, actor: 'bob' })
    expect(failed[0]).toMatchObject({ revision: 'rev-c', outcome: 'failed', sourceId: running[0]!.sourceId })
  })

  it('is an error that says so when Argo CD is down or the app is missing', async () => {
    const lost = checkoutService({ argocd: { app: 'lost', project: 'payments' } })
    await expect(world.argocd.deployState.read(lost, world.signal)).rejects.toThrow(VendorRejectedError)

    await world.fake.server.refuse()

    const reading = world.argocd.changes.listChanges(checkoutService(), LONG_AGO, world.signal)
    await expect(reading).rejects.toThrow(VendorUnreachableError)
  })
})

describe('the check of Argo CD', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld()
  })
  afterEach(() => world.fake.server.close())

  it('is content when the token may sync the apps of the catalog', async () => {
    const health = await world.argocd.checkHealth(['checkout'], world.signal)

    expect(health).toEqual({
      ok: true,
      detail: 'Argo CD knows us as proj:payments:countersign, who may sync 1 app(s).',
      remedy: '',
    })
  })

  it('names the apps that are missing or may not be synced, and how to mend it', async () => {
    world.fake.permissions.delete('sync')

    const health = await world.argocd.checkHealth(['checkout', 'lost', 'nowhere'], world.signal)

    expect(health.ok).toBe(false)
    expect(health.detail).toContain('It may not sync or roll back checkout.')
    expect(health.detail).toContain('There is no app lost.')
    expect(health.detail).toContain('It may not read nowhere')
    expect(health.remedy).toContain('p, proj:payments:countersign, applications, get')
  })

  it('says what to check when Argo CD does not answer', async () => {
    await world.fake.server.refuse()

    const health = await world.argocd.checkHealth(['checkout'], world.signal)

    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining('was not reached') })
    expect(health.remedy).toContain('ARGOCD_SERVER')
  })
})
