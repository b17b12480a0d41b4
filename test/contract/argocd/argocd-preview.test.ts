import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { openArgoCdWorld } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { PreviewQuestion } from '../../../src/ports/action-previewer.ts'

const deployment = (image: string) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
  })
const service = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'checkout' } })

function prepare({ fake }: ArgoCdWorld): void {
  fake.commits.set('rev-b', { author: 'Mara Vega <mara@shop.example>', message: 'Ask payments once\n\nLong words.' })
  fake.commits.set('rev-a', { author: 'Bo Li <bo@shop.example>', message: 'Say why' })
  fake.rendered.set('rev-a', [deployment('registry.example/checkout:2.13.0'), service])
  fake.rendered.set('rev-b', [deployment('registry.example/checkout:2.14.0'), service])
}

function question(world: ArgoCdWorld): Promise<PreviewQuestion> {
  const args = { app: 'checkout', id: '40' }
  return world
    .readState(args)
    .then((before) => ({ incidentId: 'INC-1', input: { uses: 'argocd/rollback', with: args }, before }))
}

describe('the preview of a rollback in Argo CD', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld()
    prepare(world)
  })
  afterEach(() => world.fake.server.close())

  it('says from which revision to which, the deploys that are taken out, images and resources', async () => {
    const facts = await world.argocd.previewer.preview(await question(world), world.signal)

    expect(facts).toMatchObject({
      source: 'Argo CD',
      revisions: { from: 'rev-b', to: 'rev-a' },
      commits: {
        direction: 'taken_out',
        isComplete: false,
        count: 1,
        commits: [{ revision: 'rev-b', message: 'Ask payments once', author: 'Mara Vega' }],
      },
      images: [{ name: 'registry.example/checkout', from: '2.14.0', to: '2.13.0' }],
      resources: [{ kind: 'Deployment', name: 'checkout', change: 'changed' }],
      unread: [],
    })
  })

  it('changes nothing: it only reads', async () => {
    await world.argocd.previewer.preview(await question(world), world.signal)

    expect(world.fake.server.requests.map(({ method }) => method)).not.toContain('POST')
    expect(world.fake.effects).toEqual([])
  })

  it('says what could not be read and keeps the rest', async () => {
    const asked = await question(world)
    world.fake.rendered.delete('rev-a')

    const facts = await world.argocd.previewer.preview(asked, world.signal)

    expect(facts?.commits?.count).toBe(1)
    expect(facts?.images).toBeNull()
    expect(facts?.unread).toEqual([expect.stringMatching(/^What rev-a renders could not be read: Argo CD/)])
  })

  it.each([
    ['no JSON', 'not json'],
    ['no kind', '{"metadata":{"name":"x"}}'],
    ['deeper than we read', `${'['.repeat(100)}${']'.repeat(100)}`],
  ])('takes a manifest with %s for unread', async (_, manifest) => {
    const asked = await question(world)
    world.fake.rendered.set('rev-a', [manifest])

    const facts = await world.argocd.previewer.preview(asked, world.signal)

    expect(facts?.resources).toBeNull()
    expect(facts?.unread).toHaveLength(1)
  })

  it('cleans what a commit says to one line without anything hidden in it', async () => {
    const asked = await question(world)
    const message = `<!channel> \u202etxt.exe\u202c [x](https://evil.example) \u0000${'a'.repeat(5_000)}\nsecond line`
    world.fake.commits.set('rev-b', { author: '<@U0001> & "co" <a@b.example>', message })

    const facts = await world.argocd.previewer.preview(asked, world.signal)

    const [commit] = facts?.commits?.commits ?? []
    expect(commit?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(commit?.message).not.toContain('second line')
    expect(commit?.message.length).toBeLessThanOrEqual(200)
    expect(commit?.author).toBeNull()
  })
})

describeWhenShared('contracts/argocd/swagger.json', 'what a preview asks, held against the published API', (path) => {
  it('is known to the specification', async () => {
    const specification = new PublishedSpecification(path)
    const world = await openArgoCdWorld()
    prepare(world)

    await world.argocd.previewer.preview(await question(world), world.signal)

    const paths = world.fake.server.requests.map((request) => request.path)
    expect(paths).toContain('/api/v1/applications/checkout/manifests')
    expect(paths).toContain('/api/v1/applications/checkout/revisions/rev-b/metadata')
    expect(world.fake.server.requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
    await world.fake.server.close()
  })
})
