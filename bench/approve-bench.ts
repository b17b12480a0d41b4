import { setTimeout as delay } from 'node:timers/promises'
import { FAKE_TOKEN, FakeArgoCd } from '../test/fakes/argocd/fake-argocd.ts'
import { SlackDriver, signPayload } from '../test/fakes/slack/slack-driver.ts'
import { blockActions } from '../test/fakes/slack/payloads.ts'
import { encodeButton } from '../src/adapters/shared/card/button-value.ts'
import { openWorkplace } from './support/workplace.ts'
import { API_TOKEN, BOT_TOKEN, SIGNING_SECRET, WEBHOOK_TOKEN } from './support/names.ts'
import { startProduct } from './support/product.ts'
import { SLACK_TEAM, writeInstallation } from './support/installation.ts'
import { ROLL_BACK } from './support/roll-back.ts'
import { spreadOf } from './support/percentiles.ts'
import { startFakeSlack } from '../test/fakes/slack/fake-slack.ts'
import type { Benchmark } from './benchmark.ts'
import type { FakeSlack } from '../test/fakes/slack/fake-slack.ts'
import type { Product } from './support/product.ts'

const P50_BELOW_MS = 60
const P99_BELOW_MS = 200
/** The first ones find cold code and cold pages. */
const WARM_UP = 10
const CHANNELS = 45
const READING_MS = 500
const LOOK_EVERY_MS = 40

/** A signed click on Approve until the request that has the effect reaches Argo CD. */
export const approveBench: Benchmark = {
  name: 'approve',
  summary: 'from the click on Approve to the rollback request at Argo CD',
  async run(options, print) {
    const workplace = openWorkplace()
    const [slack, argocd] = [await startFakeSlack({ botToken: BOT_TOKEN }), await FakeArgoCd.start()]
    const arrivals = noteRollbacks(argocd)
    try {
      const count = options.proposals + WARM_UP
      const shape = { services: count, channels: CHANNELS, approvers: count + 1, playbook: ROLL_BACK }
      const { configPath, services, approvers } = writeInstallation(workplace.folder, shape)
      for (const { name } of services) argocd.addApp(name, ['1111111111', '2222222222'])
      const product = await startProduct(workplace, configPath, {
        SLACK_BOT_TOKEN: BOT_TOKEN,
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        SLACK_API_URL: slack.apiUrl,
        ARGOCD_SERVER: argocd.server.url,
        ARGOCD_AUTH_TOKEN: FAKE_TOKEN,
      })
      const world: World = {
        slack,
        product,
        arrivals,
        driver: new SlackDriver(`${product.url}/slack/events`, SIGNING_SECRET, slack),
      }
      const latencies: number[] = []
      for (const [index, service] of services.entries()) {
        const [requester, approver] = [approvers[0] ?? '', approvers[index + 1] ?? '']
        const latency = await approveOne(world, {
          service: service.name,
          channel: service.channel,
          requester,
          approver,
        })
        if (index >= WARM_UP) latencies.push(latency)
        if ((index + 1) % 20 === 0) print(`${index + 1} of ${count} approved`)
      }
      const { n, p50, p90, p99, max } = spreadOf(latencies)
      return [
        { name: 'clicks measured', value: n, unit: '' },
        { name: 'click to effect, p50', value: p50, unit: 'ms', below: P50_BELOW_MS },
        { name: 'click to effect, p90', value: p90, unit: 'ms' },
        { name: 'click to effect, p99', value: p99, unit: 'ms', below: P99_BELOW_MS },
        { name: 'click to effect, max', value: max, unit: 'ms' },
        { name: 'rollbacks beyond one each', value: argocd.countEffects('rollback') - count, unit: '', exactly: 0 },
      ]
    } finally {
      await workplace.close()
      await slack.close()
      await argocd.server.close()
    }
  },
}

interface World {
  readonly slack: FakeSlack
  readonly product: Product
  /** App → when its rollback was asked for, by this process's clock that never jumps. */
  readonly arrivals: ReadonlyMap<string, number>
  readonly driver: SlackDriver
}

interface One {
  readonly service: string
  readonly channel: string
  readonly requester: string
  readonly approver: string
}

/** A matcher that never matches sees every request as it comes in. */
function noteRollbacks(argocd: FakeArgoCd): ReadonlyMap<string, number> {
  const arrivals = new Map<string, number>()
  argocd.server.inject({
    kind: 'latency',
    delayMs: 0,
    matches: ({ method, path }) => {
      const app = /^\/api\/v1\/applications\/([^/]+)\/rollback$/.exec(path)?.[1]
      if (method === 'POST' && app !== undefined) arrivals.set(app, performance.now())
      return false
    },
  })
  return arrivals
}

/** The whole real path: alert, card, a proposal typed by one person, a click of another. */
async function approveOne(world: World, one: One): Promise<number> {
  const { slack, driver, product, arrivals } = world
  await sendAlert(product, one.service)
  const incident = await until(
    async () => (await api<{ items: Incident[] }>(product, `/incidents?service=${one.service}`)).items[0],
  )
  const message = await until(() => slack.messagesIn(one.channel).find(({ text }) => text.includes(one.service)))
  await driver.command({ team: SLACK_TEAM, user: one.requester }, `run ${incident.id} roll-back`, one.channel)
  const proposal = await until(
    async () => (await api<Incident>(product, `/incidents/${incident.id}`)).proposal ?? undefined,
  )
  const value = encodeButton({
    verb: 'approve',
    incidentId: incident.id,
    proposalId: proposal.id,
    planHash: proposal.planHash,
    stepId: null,
    answer: null,
  })
  const by = { team: SLACK_TEAM, user: one.approver }
  const request = signPayload(
    SIGNING_SECRET,
    blockActions(by, {
      channel: one.channel,
      message: message.ts,
      actionId: 'approve',
      value,
      responseUrl: slack.issueResponseUrl(by.user),
      triggerId: slack.issueTrigger(),
    }),
  )
  // Nobody clicks in the very moment in which a proposal appears.
  await delay(READING_MS)
  const clickedAt = performance.now()
  await driver.send(request)
  return (await until(() => arrivals.get(one.service), 2)) - clickedAt
}

interface Incident {
  readonly id: string
  readonly proposal: { readonly id: string; readonly planHash: string } | null
}

async function api<Answer>(product: Product, path: string): Promise<Answer> {
  const answer = await fetch(`${product.url}/api/v1${path}`, { headers: { authorization: `Bearer ${API_TOKEN}` } })
  // The product's own API, whose shapes its tests hold.
  return (await answer.json()) as Answer
}

async function sendAlert(product: Product, service: string): Promise<void> {
  const alert = {
    status: 'firing',
    labels: { alertname: 'HighErrorRate', service, environment: 'production', severity: 'warning' },
    annotations: { summary: `5xx of ${service}` },
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example/graph',
    fingerprint: service,
  }
  const body = {
    version: '4',
    groupKey: service,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'bench',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts: [alert],
  }
  const headers = { authorization: `Bearer ${WEBHOOK_TOKEN}`, 'content-type': 'application/json' }
  const answer = await fetch(`${product.url}/webhooks/alertmanager`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (answer.status !== 202) throw new Error(`The alert was answered ${String(answer.status)}: ${await answer.text()}`)
}

const GIVE_UP_MS = 30_000

async function until<Found>(
  look: () => Found | undefined | Promise<Found | undefined>,
  everyMs = LOOK_EVERY_MS,
): Promise<Found> {
  const startedAt = performance.now()
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error('Waited half a minute in vain.')
    await delay(everyMs)
  }
}
