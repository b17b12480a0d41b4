import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { FAKE_TOKEN as ARGOCD_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import { FAKE_AUTHOR, FAKE_TOKEN as PAGERDUTY_TOKEN, FakePagerDuty } from '../../fakes/pagerduty/fake-pagerduty.ts'
import { BOT_SCOPES } from '../../../src/adapters/slack/manifest/bot-scopes.ts'
import { openInstallation } from '../operations/installation.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import { startFakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { FakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { FakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import type { Installation, InstallationOptions } from '../operations/installation.ts'

let argocd: FakeArgoCd
let pagerduty: FakePagerDuty
let prometheus: FakePrometheus
let model: FakeOpenAi
let slack: FakeSlack
let open: Installation[] = []

beforeAll(async () => {
  argocd = await FakeArgoCd.start()
  argocd.addApp('checkout-prod', ['aaa', 'bbb'])
  pagerduty = await FakePagerDuty.start()
  prometheus = await startFakePrometheus()
  prometheus.set('count(up)', () => [{ value: 3 }])
  model = await startFakeOpenAi(() => ({ kind: 'text', text: '{"ok":true}' }))
  slack = await startFakeSlack()
  slack.scopes = BOT_SCOPES.map(({ scope }) => scope)
})
afterAll(async () => {
  await Promise.all([argocd.server.close(), pagerduty.server.close(), prometheus.close(), model.close(), slack.close()])
})
afterEach(async () => {
  await Promise.all(open.map((installation) => installation.close()))
  open = []
})

function everything(): Record<string, string> {
  return {
    ARGOCD_SERVER: argocd.server.url,
    ARGOCD_AUTH_TOKEN: ARGOCD_TOKEN,
    PAGERDUTY_API_TOKEN: PAGERDUTY_TOKEN,
    PAGERDUTY_FROM: FAKE_AUTHOR,
    PAGERDUTY_API_URL: pagerduty.server.url,
    PROMETHEUS_URL: prometheus.url,
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'a-key-of-the-model',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: 'a-signing-secret',
    SLACK_API_URL: slack.apiUrl,
    COUNTERSIGN_WEBHOOK_TOKEN: 'a-webhook-token',
  }
}

async function install(options: InstallationOptions = {}): Promise<Installation> {
  const settings = options.variables?.['SLACK_BOT_TOKEN'] === undefined ? '' : 'slack: { channel: C0001 }'
  const installation = await openInstallation({ settings, ...options })
  open.push(installation)
  return installation
}

async function examine(installation: Installation) {
  const { exitCode, printed, complained } = await installation.run('doctor', '--json')
  const findings = JSON.parse(printed) as readonly Finding[]
  return { exitCode, complained, findings, wrong: findings.filter((finding) => !finding.ok) }
}

describe('doctor where all is well', () => {
  it('names every connection, finds nothing wrong, and exits 0', async () => {
    const { exitCode, findings, wrong } = await examine(await install({ variables: everything() }))

    expect(wrong).toEqual([])
    expect(exitCode).toBe(0)
    expect([...new Set(findings.map(({ name }) => name))]).toEqual(
      expect.arrayContaining([
        'Configuration',
        'Webhooks',
        'Database',
        'Tables',
        'Audit log',
        'Audit key',
        'Checkpoints',
        'Slack token',
        'Slack scopes',
        'Slack channel C0001',
        'Argo CD',
        'PagerDuty',
        'Prometheus',
        'Language model',
      ]),
    )
  })

  it('prints the same for people, a line each', async () => {
    const { exitCode, printed } = await (await install()).run('doctor')

    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^ok {5}Database: PostgreSQL \d+\S*, from DATABASE_URL$/m)
    expect(printed).toMatch(/^ok {5}Audit log: this service may append and read, not change$/m)
    expect(printed).not.toContain('wrong')
  })

  it('asks only: nothing has an effect', async () => {
    await examine(await install({ variables: everything() }))

    expect(argocd.effects).toEqual([])
    expect(slack.callsOf('chat.postMessage')).toEqual([])
    expect(pagerduty.incidents).toEqual([])
  })
})

describe('doctor where something is wrong', () => {
  it.each([
    ['Argo CD', { ARGOCD_AUTH_TOKEN: 'another-token' }, /session|token/i, /ARGOCD_AUTH_TOKEN|ARGOCD_SERVER/],
    ['Argo CD', { ARGOCD_SERVER: 'http://127.0.0.1:1' }, /./, /ARGOCD_SERVER/],
    ['PagerDuty', { PAGERDUTY_API_TOKEN: 'another-token' }, /./, /PAGERDUTY_API_TOKEN/],
    ['PagerDuty', { PAGERDUTY_FROM: 'nobody@bank.example' }, /PAGERDUTY_FROM/, /PAGERDUTY_FROM/],
    ['Prometheus', { PROMETHEUS_URL: 'http://127.0.0.1:1' }, /./, /PROMETHEUS_URL/],
    ['Language model', { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, /./, /OPENAI_BASE_URL/],
    ['Slack token', { SLACK_BOT_TOKEN: 'xoxb-another-0002' }, /./, /^/],
  ])('finds %s with %j, says how to mend it, and exits 1', async (name, change, detail, remedy) => {
    const { exitCode, wrong } = await examine(await install({ variables: { ...everything(), ...change } }))

    expect(exitCode).toBe(1)
    expect(wrong.map((finding) => finding.name)).toEqual([name])
    expect(wrong[0]?.detail).toMatch(detail)
    expect(wrong[0]?.remedy).toMatch(remedy)
    expect(JSON.stringify(wrong)).not.toMatch(/another-token|another-0002/)
  })

  it('finds a channel without the bot, a missing scope, an app that may not be synced, all at once', async () => {
    const installation = await install({ variables: everything() })
    slack.channels.without.add('C0001')
    slack.scopes = BOT_SCOPES.map(({ scope }) => scope).filter((scope) => scope !== 'chat:write')
    argocd.permissions.delete('sync')

    const { wrong } = await examine(installation)
    slack.channels.without.clear()
    slack.scopes = BOT_SCOPES.map(({ scope }) => scope)
    argocd.permissions.add('sync')

    expect(wrong.map(({ name }) => name).sort()).toEqual(['Argo CD', 'Slack channel C0001', 'Slack scopes'])
    expect(wrong.every(({ remedy }) => remedy !== '')).toBe(true)
  })

  it('finds the database away, and still looks at everything else', async () => {
    const installation = await install({
      variables: { ...everything(), DATABASE_URL: 'postgres://app:hidden-word@127.0.0.1:1/countersign' },
    })

    const { exitCode, wrong, findings } = await examine(installation)

    expect(exitCode).toBe(1)
    expect(wrong).toEqual([
      {
        name: 'Database',
        ok: false,
        detail: expect.stringContaining(
          'The database countersign at 127.0.0.1:1 as app cannot be used: connect ECONNREFUSED',
        ),
        remedy: expect.stringContaining('DATABASE_URL'),
      },
    ])
    expect(findings.find(({ name }) => name === 'Argo CD')?.ok).toBe(true)
    expect(JSON.stringify(findings)).not.toContain('hidden-word')
  })

  it('finds tables that are not there, and makes none', async () => {
    const installation = await install({ database: { isMigrated: false } })

    const { wrong } = await examine(installation)

    expect(wrong.map(({ name }) => name)).toEqual(['Tables'])
    expect(wrong[0]?.remedy).toContain('countersign migrate')
    expect(await tablesOf(installation)).toEqual([])
  })

  it('finds an audit key that is none, and a checkpoint file that somebody changed', async () => {
    const installation = await install({ variables: { COUNTERSIGN_AUDIT_KEY_PEM: 'not a key' } })
    await mkdir(join(installation.folder, 'data-checkpoints'))
    await writeFile(join(installation.folder, 'data-checkpoints', 'checkpoints.jsonl'), 'not a checkpoint\n')

    const { wrong } = await examine(installation)

    expect(wrong.map(({ name }) => name)).toEqual(['Audit key', 'Checkpoints'])
    expect(wrong[0]?.detail).toContain('COUNTERSIGN_AUDIT_KEY_PEM')
  })

  it('finds switched-off triggers of the audit log', async () => {
    const installation = await install()
    await asOwner(installation, 'ALTER TABLE audit_leaves DISABLE TRIGGER ALL')

    const { wrong } = await examine(installation)

    expect(wrong.map(({ name }) => name)).toEqual(['Audit log'])
    expect(wrong[0]?.detail).toContain('audit_leaves')
  })

  it('exits 2 where the configuration itself is wrong', async () => {
    const installation = await install({ files: { 'people.yaml': 'people: []\n' } })

    const { exitCode, complained } = await installation.run('doctor', '--json')

    expect(exitCode).toBe(2)
    expect(complained).toContain('people.yaml: found no people')
  })

  it('counts what observe lets pass as wrong, since assist would not', async () => {
    const installation = await install({ settings: 'mode: observe', files: { 'people.yaml': 'people: []\n' } })

    const { exitCode, wrong } = await examine(installation)

    expect(exitCode).toBe(1)
    expect(wrong.map(({ detail }) => detail)).toEqual([expect.stringContaining('found no people')])
  })
})

describe('doctor where one login owns everything', () => {
  it('says that the log is protected by its checkpoints alone', async () => {
    const installation = await install({ database: { isMigrated: false } })
    const { username } = new URL(installation.database.url)
    await asOwner(installation, `ALTER DATABASE "${installation.database.name}" OWNER TO ${username}`)
    await installation.run('migrate')

    const { exitCode, findings } = await examine(installation)

    expect(exitCode).toBe(0)
    expect(findings.find(({ name }) => name === 'Audit log')?.detail).toContain('protected by its checkpoints alone')
  })

  it('looks without a data folder of its own', async () => {
    const installation = await install()
    await rm(join(installation.folder, 'data'), { recursive: true, force: true })

    await examine(installation)

    await expect(rm(join(installation.folder, 'data'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

async function asOwner(installation: Installation, sql: string): Promise<void> {
  const client = new Client({ connectionString: installation.database.ownerUrl })
  await client.connect()
  await client.query(sql)
  await client.end()
}

async function tablesOf(installation: Installation): Promise<readonly string[]> {
  const client = new Client({ connectionString: installation.database.ownerUrl })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  )
  await client.end()
  return rows.map(({ name }) => name)
}
