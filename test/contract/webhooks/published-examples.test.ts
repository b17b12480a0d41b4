import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openIntakeWorld } from '../../integration/intake/intake-world.ts'
import type { IntakeWorld } from '../../integration/intake/intake-world.ts'

/** Examples as the vendors publish them (abridged only where they repeat themselves), not as we would write them. */
let world: IntakeWorld
beforeAll(async () => {
  world = await openIntakeWorld()
})
afterAll(() => world.close())

const TAKEN = { accepted: 1, duplicates: 0, rejected: [] }

describe('Alertmanager', () => {
  it('posts version 4 with labels, annotations, times of nine digits and zero times', async () => {
    const answer = await world.post('/webhooks/alertmanager', {
      version: '4',
      groupKey: '{}/{severity="critical"}:{alertname="ProbeFailure"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'sms',
      groupLabels: { alertname: 'ProbeFailure' },
      commonLabels: { alertname: 'ProbeFailure', severity: 'critical', job: 'http_checks' },
      commonAnnotations: { summary: 'BlackBox Probe Failure' },
      externalURL: 'http://prometheus.example.org:9093',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'ProbeFailure', instance: 'https://server.example.org', severity: 'critical' },
          annotations: { description: 'Probe https://server.example.org down for over 5m' },
          startsAt: '2023-02-06T13:08:45.828123456Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://prometheus.example.org:9090/graph?g0.expr=probe_success+%3D%3D+0&g0.tab=1',
          fingerprint: '1a30ba71cca2921f',
        },
      ],
    })

    expect(answer).toMatchObject({ status: 202, body: TAKEN })
    const [row] = await world.sql('SELECT title, service, onset_at FROM incidents')
    expect(row).toEqual({
      title: 'ProbeFailure: Probe https://server.example.org down for over 5m',
      service: null,
      onset_at: new Date('2023-02-06T13:08:45.828Z'),
    })
  })

  it('writes times with an offset as well', async () => {
    const alert = { labels: { alertname: 'A', service: 'search' }, annotations: {}, generatorURL: '' }
    const times = { startsAt: '2023-02-06T14:08:45.828+01:00', endsAt: '2023-02-06T14:09:45.828+01:00' }
    const answer = await world.post('/webhooks/alertmanager', {
      version: '4',
      alerts: [{ ...alert, ...times, status: 'resolved' }],
    })

    expect(answer.body).toEqual(TAKEN)
    expect(await world.sql(`SELECT starts_at, ends_at FROM alerts WHERE name = 'A'`)).toEqual([
      { starts_at: new Date('2023-02-06T13:08:45.828Z'), ends_at: new Date('2023-02-06T13:09:45.828Z') },
    ])
  })
})

describe('Argo CD Notifications', () => {
  it('fills the template with what is there, and says so where nothing is', async () => {
    const answer = await world.post('/webhooks/argocd', {
      app: 'guestbook',
      namespace: 'argocd',
      project: 'default',
      phase: 'Succeeded',
      revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba',
      startedAt: '2023-02-06T13:00:00Z',
      finishedAt: '2023-02-06T13:00:09Z',
      initiatedBy: '<no value>',
      health: 'Progressing',
      sync: 'Synced',
    })

    expect(answer).toMatchObject({ status: 202, body: TAKEN })
    expect(await world.sql(`SELECT service, actor, outcome FROM changes WHERE service = 'guestbook'`)).toEqual([
      { service: 'guestbook', actor: null, outcome: 'succeeded' },
    ])
  })
})

describe('GitHub', () => {
  const repository = {
    id: 186853002,
    node_id: 'MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=',
    name: 'Hello-World',
    full_name: 'Codertocat/Hello-World',
    private: false,
    owner: { login: 'Codertocat', id: 21031067, type: 'User', site_admin: false },
    html_url: 'https://github.com/Codertocat/Hello-World',
    created_at: '2019-05-15T15:19:25Z',
    pushed_at: '2019-05-15T15:20:41Z',
    default_branch: 'master',
  }
  const deployment = {
    url: 'https://api.github.com/repos/Codertocat/Hello-World/deployments/145988746',
    id: 145988746,
    sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    ref: 'master',
    task: 'deploy',
    payload: {},
    original_environment: 'production',
    environment: 'production',
    description: null,
    creator: { login: 'Codertocat', id: 21031067 },
    created_at: '2019-05-15T15:20:53Z',
    updated_at: '2019-05-15T15:20:53Z',
  }

  it('posts a deployment', async () => {
    expect((await world.postGithub('deployment', { action: 'created', deployment, repository })).body).toEqual(TAKEN)
  })

  it('posts the status of it, which ends the same change', async () => {
    const deployment_status = {
      id: 209916254,
      state: 'success',
      creator: { login: 'Codertocat', id: 21031067 },
      description: '',
      environment: 'production',
      target_url: '',
      created_at: '2019-05-15T15:20:55Z',
      updated_at: '2019-05-15T15:20:55Z',
    }
    const answer = await world.postGithub('deployment_status', {
      action: 'created',
      deployment_status,
      deployment,
      repository,
    })

    expect(answer.body).toEqual(TAKEN)
    expect(
      await world.sql(`SELECT service, environment, outcome, finished_at FROM changes WHERE service = 'Hello-World'`),
    ).toEqual([
      {
        service: 'Hello-World',
        environment: 'production',
        outcome: 'succeeded',
        finished_at: new Date('2019-05-15T15:20:55Z'),
      },
    ])
  })

  it('posts a push, with its times as seconds', async () => {
    const commit = {
      id: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
      tree_id: 'f9d2a07e9488b91af2641b26b9407fe22a451433',
      distinct: true,
      message: 'Adding a .gitignore file',
      timestamp: '2019-05-15T15:20:40Z',
      author: { name: 'Codertocat', email: '21031067+Codertocat@users.noreply.github.com', username: 'Codertocat' },
      added: ['.gitignore'],
      removed: [],
      modified: [],
    }
    const answer = await world.postGithub('push', {
      ref: 'refs/heads/master',
      before: '0000000000000000000000000000000000000000',
      after: commit.id,
      repository: { ...repository, created_at: 1557933565, pushed_at: 1557933657, master_branch: 'master' },
      pusher: { name: 'Codertocat', email: '21031067+Codertocat@users.noreply.github.com' },
      created: true,
      deleted: false,
      forced: false,
      base_ref: null,
      compare: 'https://github.com/Codertocat/Hello-World/compare/6113728f27ae',
      commits: [commit],
      head_commit: commit,
    })

    expect(answer.body).toEqual(TAKEN)
    expect(await world.sql(`SELECT at, previous, summary FROM changes WHERE revision = '${commit.id}'`)).toEqual([
      { at: new Date('2019-05-15T15:20:57Z'), previous: null, summary: 'Adding a .gitignore file' },
    ])
  })

  it('posts a tag and a ping, which change nothing that runs', async () => {
    const tag = {
      ref: 'refs/tags/simple-tag',
      before: '6113728f',
      after: '0'.repeat(40),
      deleted: true,
      commits: [],
      head_commit: null,
      repository,
    }
    const ping = { zen: 'Anything added dilutes everything else.', hook_id: 109948940, hook: {}, repository }

    expect((await world.postGithub('push', tag)).body).toEqual({ ...TAKEN, accepted: 0 })
    expect((await world.postGithub('ping', ping)).body).toEqual({ ...TAKEN, accepted: 0 })
  })
})
