import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { gatherPreview } from '../../../src/orchestrator/proposals/gather-preview.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { planDigestOf } from '../../../src/playbooks/plan-hash.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { refreshPreview } from '../../../src/orchestrator/refresh-preview.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import { planOf } from '../../fakes/counting-target/approved-run.ts'
import { FAKE_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import { BO, openScene, openWorld } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

const idle = new AbortController().signal
const HOSTILE =
  '<!channel> *bold* [approve](https://evil.example) ``` <script>alert(1)</script> password=hunter2hunter2'

let world: World
let fake: FakeArgoCd
let deps: Deps

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  fake = await FakeArgoCd.start()
  fake.addApp('checkout-app', ['rev-a', 'rev-b'], { firstId: 41 })
  fake.commits.set('rev-b', { author: 'Mara', message: 'Ask payments once' })
  const image = (tag: string) =>
    `{"kind":"Deployment","metadata":{"name":"checkout"},"spec":{"containers":[{"image":"shop/checkout:${tag}"}]}}`
  fake.rendered.set('rev-a', [image('2.13.0')])
  fake.rendered.set('rev-b', [image('2.14.0')])
  deps = previewing(20_000)
  world.jobs.length = 0
})
afterEach(() => fake.server.close())

function previewing(timeoutMs: number): Deps {
  const url = new URL(fake.server.url)
  const { previewer } = createArgoCd({ url, token: FAKE_TOKEN, projectOf: () => 'payments', timeoutMs })
  return world.replica({ previewers: [previewer] })
}

async function propose(): Promise<{ readonly incident: Incident; readonly proposal: Proposal }> {
  const { incident } = await openScene(world)
  const state = { historyId: '42', revision: 'rev-b', rollbackTo: 'rev-a', autoSync: true, operation: null }
  world.actions.states.set('checkout-app', state)
  const made = await proposeForIncident(deps, { incidentId: incident.id })
  if (made.outcome !== 'proposed') throw new Error(JSON.stringify(made))
  return { incident, proposal: made.proposal }
}

const threads = (incidentId: string) =>
  world.query<{ text: string }>(
    `SELECT payload ->> 'text' AS text FROM outbox_messages WHERE payload ->> 'kind' = 'thread' AND payload ->> 'incidentId' = $1`,
    [incidentId],
  )

const effectOf = async (incident: Incident) => {
  const view = await loadIncidentView(deps, incident.id)
  const step = view?.proposal?.steps.find(({ id }) => id === 'rollback')
  if (step === undefined) throw new Error('There is no step.')
  return step
}

describe('a preview', () => {
  it('comes after the proposal, which stands without it and has asked nobody', async () => {
    const { incident, proposal } = await propose()

    expect(fake.server.requests).toEqual([])
    expect((await effectOf(incident)).preview).toBeNull()
    expect(world.jobs).toContainEqual({ name: 'proposal.preview', data: { proposalId: proposal.id } })
  })

  it('shows commits, images and resources, and is no part of what is approved', async () => {
    const { incident, proposal } = await propose()
    await refreshPreview(deps, { proposalId: proposal.id }, idle)

    const step = await effectOf(incident)
    expect(step.preview?.short).toBe(
      'takes out 1 deploy, each named by its newest commit by Mara; images shop/checkout 2.14.0 → 2.13.0; 1 resource differs (Deployment checkout)',
    )
    const stored = await deps.stores.proposals.find(proposal.id)
    expect(stored?.planJson).toBe(proposal.planJson)
    expect(stored?.planJson).not.toContain('Ask payments once')
    expect(planDigestOf(stored?.planJson ?? '')).toBe(proposal.planDigest)
    expect((await threads(incident.id)).map(({ text }) => text).join('\n')).toContain('Ask payments once (Mara)')
  })

  it('takes the commits of the pushes that were received where they form a whole chain', async () => {
    const { incident, proposal } = await propose()
    const push = { source: 'github', kind: 'deploy' as const, service: 'checkout', environment: null }
    const rest = { at: new Date(), finishedAt: null, actor: null, url: null, summary: null, outcome: null }
    const commits = (...messages: string[]) => ({
      count: messages.length,
      newest: messages.map((message) => ({ revision: message, message, author: 'Bo Li' })),
    })
    await deps.unitOfWork.run(async (stores) => {
      await stores.changes.record({
        ...{ ...push, ...rest, sourceId: `push 2 ${incident.id}`, revision: 'rev-b' },
        ...{ previous: { id: null, revision: 'rev-m' }, commits: commits('third', 'second') },
      })
      await stores.changes.record({
        ...{ ...push, ...rest, sourceId: `push 1 ${incident.id}`, revision: 'rev-m' },
        ...{ previous: { id: null, revision: 'rev-a' }, commits: commits('first') },
      })
    })
    await refreshPreview(deps, { proposalId: proposal.id }, idle)

    expect((await effectOf(incident)).preview?.facts.commits).toMatchObject({
      ...{ source: 'GitHub', isComplete: true, count: 3 },
      commits: [{ message: 'third' }, { message: 'second' }, { message: 'first' }],
    })
  })

  it('keeps what a commit says as text, without its secrets', async () => {
    const { incident, proposal } = await propose()
    fake.commits.set('rev-b', { author: 'Mara', message: HOSTILE })
    await world.query(`DELETE FROM change_reports WHERE source = 'github'`)
    await world.query(`DELETE FROM changes c WHERE NOT EXISTS (SELECT FROM change_reports r WHERE r.change_id = c.id)`)
    await refreshPreview(deps, { proposalId: proposal.id }, idle)

    const rows = (await effectOf(incident)).preview?.rows ?? []
    const said = rows.map(({ text }) => text).join('\n')
    expect(said).toContain('[approve](https://evil.example)')
    expect(said).not.toContain('hunter2')
  })

  it.each(['hang', 'drop'] as const)(
    'of an Argo CD that lets every call %s says so; the proposal is decided all the same',
    async (kind) => {
      const { incident, proposal } = await propose()
      fake.server.inject({ kind, times: 100 })
      await refreshPreview(kind === 'hang' ? previewing(300) : deps, { proposalId: proposal.id }, idle)

      expect((await effectOf(incident)).preview?.short).toBe('1 thing could not be read')
      const again = { name: 'proposal.preview', data: { proposalId: proposal.id } }
      expect(world.jobs.filter((job) => job.name === 'proposal.preview')).toEqual([again, again])
      const decided = await recordDecision(deps, {
        ...{ proposalId: proposal.id, incidentId: incident.id, personId: BO.id, decision: 'approve' as const },
        ...{ planHash: proposal.planHash, reason: null, origin: 'console' as const },
      })
      expect(decided.outcome).toBe('counted')
    },
  )

  it('gathered twice at once is kept and told once', async () => {
    const { incident, proposal } = await propose()
    await Promise.all(Array.from({ length: 4 }, () => refreshPreview(deps, { proposalId: proposal.id }, idle)))

    expect((await threads(incident.id)).filter(({ text }) => text.startsWith('What '))).toHaveLength(1)
    expect((await deps.stores.previews.find(proposal.id))?.tries).toBe(1)
  })

  it('is not gathered for a proposal that nobody decides on any more', async () => {
    const { proposal } = await propose()
    await deps.stores.proposals.move(proposal.id, ['pending'], 'cancelled', 'no longer needed')
    await refreshPreview(deps, { proposalId: proposal.id }, idle)

    expect(await deps.stores.previews.find(proposal.id)).toBeUndefined()
    expect(fake.server.requests).toEqual([])
  })
})

describe('the preview of an invocation', () => {
  it('stands without the secrets of its parameters, and with the hash of what is sent', async () => {
    const lambda = await FakeLambda.start()
    lambda.addFunction('restart', { qualifiers: { live: '7', 7: '7' } })
    const { previewer } = createLambda({
      ...{ region: 'eu-central-1', endpoint: lambda.server.url },
      credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    })
    const params = { service: 'checkout', token: 'hunter2hunter2' }
    const [step] = planOf([{ uses: 'lambda/invoke', before: { version: '7' } }]).steps
    const plan = planOf([], { steps: [{ ...step!, with: { function: 'restart', qualifier: 'live', params } }] })

    const preview = await gatherPreview(world.replica({ previewers: [previewer] }), plan, 'INC-1', idle)
    await lambda.server.close()

    expect(preview.steps[0]?.invocation?.payload).toMatchObject({
      params: { service: 'checkout', token: '[redacted]' },
      sha256: sha256Hex(canonicalJson(params)),
    })
    expect(JSON.stringify(preview)).not.toContain('hunter2')
  })
})
