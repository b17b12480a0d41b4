import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { argocdBody, changeBody, deploymentStatusBody, fires, pushBody } from './payloads.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
})
afterEach(() => world.close())

const changes = async () => {
  const rows = await world.sql<{ id: string; service: string; sources: string; outcome: string | null }>(`
    SELECT changes.*, string_agg(source, ',' ORDER BY source) AS sources
      FROM changes JOIN change_reports ON change_id = changes.id GROUP BY changes.id ORDER BY changes.id`)
  return rows
}
const money = { id: 1, full_name: 'shop/money', default_branch: 'master' }

describe('reports of one deploy', () => {
  it('from Argo CD, GitHub, a push and a pipeline are one change with four sources', async () => {
    await world.postGithub('push', pushBody())
    await world.post('/webhooks/argocd', argocdBody({ phase: 'Running', finishedAt: '<no value>' }))
    await world.postGithub('deployment_status', deploymentStatusBody())
    await world.post('/webhooks/changes', changeBody())
    await world.post('/webhooks/argocd', argocdBody())

    expect(await changes()).toMatchObject([
      {
        id: 'CHG-1',
        service: 'checkout',
        environment: 'production',
        kind: 'deploy',
        revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
        outcome: 'succeeded',
        sources: 'argocd,github,github,jenkins',
        previous: { id: null, revision: '1b22e0f4aa5b9c1f0000000000000000000000aa' },
        summary: 'Retry payments twice',
      },
    ])
  })

  it('at the same moment are one change as well', async () => {
    const answers = await Promise.all([
      world.post('/webhooks/argocd', argocdBody()),
      world.postGithub('deployment_status', deploymentStatusBody()),
      ...Array.from({ length: 10 }, (_, index) => world.post('/webhooks/changes', changeBody({ id: `b-${index}` }))),
    ])

    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202))
    expect(await changes()).toHaveLength(1)
  })

  it('of a short revision are the same as of the long one', async () => {
    await world.post('/webhooks/argocd', argocdBody())
    await world.post('/webhooks/changes', changeBody({ revision: 'f95f852' }))

    expect(await changes()).toMatchObject([{ revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e' }])
  })

  it.each([
    ['another revision', { revision: 'aaaa852bd8fca8fcc58a9a2d6c842781e32a215e' }],
    ['another environment', { environment: 'staging' }],
    ['another service', { service: 'payments' }],
    ['another kind', { kind: 'config' }],
    ['eleven minutes later', { at: '2026-11-21T08:02:11Z', finishedAt: null }],
    ['no revision', { revision: null }],
  ])('with %s are two', async (_name, rest) => {
    await world.post('/webhooks/changes', changeBody())
    const second = await world.post('/webhooks/changes', changeBody({ id: 'other', ...rest }))

    expect(second.body).toEqual({ accepted: 1, duplicates: 0, rejected: [] })
    expect(await changes()).toHaveLength(2)
  })

  it('with the same source and id are a duplicate, whatever else they say', async () => {
    await world.post('/webhooks/changes', changeBody())
    const again = await world.post('/webhooks/changes', changeBody({ summary: 'other words', service: 'payments' }))

    expect(again.body).toEqual({ accepted: 0, duplicates: 1, rejected: [] })
    expect(await changes()).toMatchObject([{ service: 'checkout', summary: 'Checkout 2.14' }])
  })

  it('that tell the end of it bring it up to date', async () => {
    await world.postGithub('deployment_status', deploymentStatusBody({}, 'in_progress'))
    expect(await changes()).toMatchObject([{ outcome: 'running', finished_at: null }])
    await world.postGithub('deployment_status', deploymentStatusBody({}, 'failure'))

    expect(await changes()).toMatchObject([{ outcome: 'failed', finished_at: new Date('2026-11-21T07:51:30Z') }])
  })
})

describe('a change', () => {
  it('lets incidents of its service, and of services that depend on it, look for their cause again', async () => {
    await world.post('/webhooks/alertmanager', fires({ service: 'checkout' }))
    await world.post('/webhooks/alertmanager', fires({ service: 'search' }))
    world.hints.length = 0
    await world.post('/webhooks/changes', changeBody({ service: 'payments' }))

    expect(world.hints).toEqual([{ name: 'incident.refresh', data: { incidentId: 'INC-1' }, key: 'INC-1' }])
  })

  it('of an Argo CD application without an annotation keeps the name of the application', async () => {
    await world.post('/webhooks/argocd', argocdBody({ app: 'legacy' }))

    expect(await changes()).toMatchObject([{ service: 'legacy' }])
  })

  it('that a list holds beside a wrong one counts, and the wrong one is named', async () => {
    const answer = await world.post('/webhooks/changes', [changeBody(), changeBody({ id: 'x', kind: 'magic' })])

    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, duplicates: 0, rejected: [{ index: 1, field: '[1].kind' }] },
    })
  })
})

describe('a push to GitHub', () => {
  it('to a repository of several services is a change of those whose paths it touched', async () => {
    const commit = { id: 'a', added: ['services/ledger/main.go'], removed: [], modified: ['docs/readme.md'] }
    const body = pushBody({ repository: money, commits: [commit], head_commit: null })

    expect((await world.postGithub('push', body)).body).toMatchObject({ accepted: 1 })
    expect(await changes()).toMatchObject([{ service: 'ledger' }])
  })

  it.each([
    ['another branch', { ref: 'refs/heads/feature' }],
    ['a tag', { ref: 'refs/tags/v1' }],
    ['a deleted branch', { deleted: true }],
    ['paths of no service', { repository: money }],
  ])('with %s changes nothing that runs', async (_name, rest) => {
    expect((await world.postGithub('push', pushBody(rest))).body).toEqual({ accepted: 0, duplicates: 0, rejected: [] })
  })
})

describe('a deployment on GitHub', () => {
  it.each([
    ['the payload', { payload: { service: 'billing' } }, 'billing'],
    ['the environment', { environment: 'ledger-production' }, 'ledger'],
    ['the task', { task: 'deploy billing' }, 'billing'],
  ])('in a shared repository is of the service that %s names', async (_name, rest, service) => {
    await world.postGithub('deployment_status', { ...deploymentStatusBody(rest), repository: money })

    expect(await changes()).toMatchObject([{ service }])
  })

  it('in a shared repository that nothing names is listed under rejected, with what to do', async () => {
    const answer = await world.postGithub('deployment_status', { ...deploymentStatusBody(), repository: money })

    expect(answer.status).toBe(202)
    expect(JSON.stringify(answer.body)).toContain('name one in deployment.payload.service')
  })

  it('that became inactive, a ping and an unused event are taken and change nothing', async () => {
    const inactive = await world.postGithub('deployment_status', deploymentStatusBody({}, 'inactive'))
    const ping = await world.postGithub('ping', { zen: 'Keep it logically awesome.' })
    const stars = await world.postGithub('star', { action: 'created' })

    expect([inactive.body, ping.body, stars.body]).toEqual(
      [1, 2, 3].map(() => ({ accepted: 0, duplicates: 0, rejected: [] })),
    )
  })

  it('with an id of twenty digits keeps them all', async () => {
    const body = (id: string) => JSON.stringify(deploymentStatusBody()).replace('145988746', id)
    await world.postGithub('deployment_status', body('12345678901234567890'))
    await world.postGithub('deployment_status', body('12345678901234567891'))

    const ids = await world.sql<{ source_id: string }>('SELECT source_id FROM change_reports ORDER BY 1')
    expect(ids.map((row) => row.source_id)).toEqual([
      'deployment 12345678901234567890 checkout',
      'deployment 12345678901234567891 checkout',
    ])
  })
})
