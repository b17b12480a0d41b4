import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, CEM, CHANNEL, SECRETS, openShop } from './shop.ts'
import { REPOSITORY } from './installation.ts'
import { eventually } from './eventually.ts'
import { fires } from '../intake/payloads.ts'
import type { CountersignProcess } from './process.ts'
import type { Shop } from './shop.ts'

/** One incident from alert to verified run, with the installation's secrets thrown at every way in. */
const MODEL_KEY = 'canary-model-key-0006'
const ARGOCD_TOKEN = 'canary-argocd-token-0007'
const RUN_COUNTED = /^countersign_runs_ended_total\{.*state="succeeded".*\} 1$/m
const ALL_SECRETS = [...Object.values(SECRETS), MODEL_KEY, ARGOCD_TOKEN]

let shop: Shop
let service: CountersignProcess
let url: string
let before: string
let after: string

beforeAll(async () => {
  shop = await openShop({
    LOG_LEVEL: 'debug',
    // Nobody listens there: every error of theirs is logged, and none may hold the token.
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_API_KEY: MODEL_KEY,
    ARGOCD_SERVER: 'http://127.0.0.1:1',
    ARGOCD_AUTH_TOKEN: ARGOCD_TOKEN,
    PROMETHEUS_URL: 'http://127.0.0.1:1',
  })
  service = shop.start('serve')
  url = await service.ready()
  before = await metrics()
  await throwSecretsAtIt()
  await tellTheStory()
  after = await metrics()
})
afterAll(() => shop.close())

async function metrics(): Promise<string> {
  return (await fetch(`${url}/metrics`)).text()
}

async function tellTheStory(): Promise<void> {
  const slack = shop.connectSlack(url)
  await shop.alert(url)
  await eventually('the card is posted', () => shop.card() !== undefined)
  await slack.command(ANA, `note INC-1 the password is ${SECRETS.COUNTERSIGN_API_TOKEN}`, CHANNEL)
  await shop.propose(slack, 'INC-1', 'tell-twice')
  for (const [index, person] of [BEN, CEM].entries()) {
    await slack.press(person, shop.card()!, 'Approve')
    await eventually(
      'the decision counts',
      async () => (await shop.sql('SELECT 1 FROM decisions')).length === index + 1,
    )
  }
  await eventually('the run succeeds', async () => {
    return (await shop.sql("SELECT 1 FROM runs WHERE state = 'succeeded'")).length === 1
  })
  await eventually('the audit log is numbered', async () => {
    const [row] = await shop.sql<{ rest: number }>(
      'SELECT (SELECT count(*) FROM audit_leaves)::int - (SELECT count(*) FROM audit_entries)::int AS rest',
    )
    return row?.rest === 0
  })
  // What is in the database is counted a moment later.
  await eventually('the run is counted', async () => RUN_COUNTED.test(await metrics()))
}

/** In labels, texts, headers, addresses and bodies, plain, in Base64 and within a URL; by known senders and by strangers. */
async function throwSecretsAtIt(): Promise<void> {
  for (const secret of ALL_SECRETS) {
    const base64 = Buffer.from(secret).toString('base64')
    const body = fires({
      service: 'payments',
      name: 'Leak',
      labels: { instance: secret, pod: base64 },
      annotations: { summary: `failed with ${secret}`, description: `https://x.example/?token=${secret}` },
    })
    const token = SECRETS.COUNTERSIGN_WEBHOOK_TOKEN
    await post('/webhooks/alertmanager', JSON.stringify(body), { authorization: `Bearer ${token}` })
    await post(`/webhooks/alertmanager?token=${secret}`, '{', { authorization: `Bearer ${secret}x` })
    await post(`/webhooks/${encodeURIComponent(secret)}`, secret, { 'x-api-key': secret })
    await post('/slack/events', `token=${secret}`, { 'x-slack-signature': secret, 'x-slack-request-timestamp': secret })
    await fetch(`${url}/api/v1/incidents?state=${secret}`, { headers: { authorization: `Bearer ${secret}y` } })
    await fetch(`${url}/api/v1/incidents/${secret}`, {
      headers: { authorization: `Bearer ${SECRETS.COUNTERSIGN_API_TOKEN}` },
    })
  }
}

async function post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  await fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

/** The sum over all labels. */
function total(text: string, name: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describe('what is on /metrics', () => {
  it.each([
    'countersign_alerts_received_total',
    'countersign_incidents_opened_total',
    'countersign_proposals_made_total',
    'countersign_decisions_recorded_total',
    'countersign_runs_ended_total',
    'countersign_step_attempts_total',
    'countersign_refusals_total',
    'countersign_outbox_sent_total',
    'countersign_http_request_seconds_count',
    'countersign_vendor_request_seconds_count',
    'countersign_card_delay_seconds_count',
    'countersign_outbox_lag_seconds_count',
    'countersign_audit_lag_seconds_count',
    'countersign_audit_entries',
  ])('%s moves when something happens', (name) => {
    expect(total(after, name)).toBeGreaterThan(total(before, name))
  })

  it.each([
    'countersign_audit_oldest_waiting_seconds',
    'countersign_audit_waiting',
    'countersign_audit_refused',
    'countersign_outbox_oldest_seconds',
    'countersign_outbox_waiting',
    'countersign_outbox_dead',
    'countersign_jobs_dead',
  ])('%s has a value', (name) => {
    expect(after).toMatch(new RegExp(`^${name} [0-9.e-]+$`, 'm'))
  })

  it('is named countersign_ and described throughout', () => {
    const types = [...after.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1])
    const helps = [...after.matchAll(/^# HELP (\S+) \S/gm)].map((match) => match[1])

    expect(types.filter((name) => name?.startsWith('countersign_') !== true)).toEqual([])
    expect(helps).toEqual(types)
  })

  it('is explained in docs/operations.md, every metric of ours and no other', async () => {
    const page = await readFile(join(REPOSITORY, 'docs', 'operations.md'), 'utf8')
    const explained = [...page.matchAll(/^\| `(countersign_\w+)` \|/gm)].map((match) => match[1])
    const types = [...after.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? '')
    const own = types.filter((name) => !/^countersign_(process|nodejs)_/.test(name))

    expect(explained.toSorted()).toEqual(own.toSorted())
  })

  it('counts two decisions and one run by their words', () => {
    expect(after).toMatch(/^countersign_decisions_recorded_total\{.*decision="approve".*\}/m)
    expect(after).toMatch(RUN_COUNTED)
    expect(after).toMatch(/^countersign_step_attempts_total\{.*uses="chat\/post".*\} 2$/m)
  })
})

describe('the log', () => {
  it('is JSON, line by line, each with time, level, replica and a message', () => {
    const lines = service.output.stdout.split('\n').filter((line) => line !== '')

    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        time: expect.any(String),
        replica: expect.stringMatching(/^r-/),
        msg: expect.any(String),
      })
    }
    expect(lines.length).toBeGreaterThan(5)
  })

  it('names what it speaks of by id', () => {
    expect(service.lines().find(({ msg }) => msg === 'a run has ended')).toMatchObject({ runId: 'RUN-1' })
  })

  it('says nothing on standard error', () => {
    expect(service.output.stderr).toBe('')
  })
})

describe('the secrets of the installation', () => {
  const forms = (secret: string) => [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]

  it.each(ALL_SECRETS.map((secret) => [secret]))(
    '%s is on no log line, no metric and no audit entry',
    async (secret) => {
      await shop.installation.run('audit', 'export', '--out', join(shop.installation.folder, 'audit.jsonl'))
      const sinks = {
        log: service.output.stdout,
        errors: service.output.stderr,
        metrics: await metrics(),
        audit: await readFile(join(shop.installation.folder, 'audit.jsonl'), 'utf8'),
        leaves: JSON.stringify(await shop.sql("SELECT convert_from(bytes, 'UTF8') AS leaf FROM audit_leaves")),
        page: await (await fetch(`${url}/`)).text(),
        problem: await (await fetch(`${url}/api/v1/incidents`)).text(),
      }

      for (const [sink, text] of Object.entries(sinks)) {
        for (const form of forms(secret)) expect({ sink, holds: text.includes(form) }).toEqual({ sink, holds: false })
      }
    },
  )

  it('were there to be found: the alerts that carried them came in', async () => {
    const rows = await shop.sql("SELECT 1 FROM alerts WHERE service = 'payments'")

    expect(rows.length).toBeGreaterThanOrEqual(ALL_SECRETS.length)
  })
})
