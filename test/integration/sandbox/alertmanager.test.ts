import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { AlertmanagerWebhook } from '../../../src/adapters/webhooks/alertmanager/schema.ts'
import { Alertmanager } from '../../../src/sandbox/alertmanager/alertmanager.ts'
import { labelFingerprint } from '../../../src/sandbox/alertmanager/fingerprint.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { RuleAlert } from '../../../src/sandbox/prometheus/alert-rules.ts'

interface Told {
  readonly path: string
  readonly authorization: string
  readonly body: unknown
}

let receiver: http.Server
let told: Told[]
let answers: number[]
let alertmanager: Alertmanager
beforeEach(async () => {
  told = []
  answers = []
  receiver = http.createServer((incoming, outgoing) => {
    void answer(incoming, outgoing)
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  alertmanager = new Alertmanager({
    ...{ groupBy: ['alertname'], groupWaitMs: 400, groupIntervalMs: 1_000, repeatIntervalMs: 60_000 },
    ...{ receiver: 'countersign', externalUrl: () => 'http://am.example', prometheusUrl: () => 'http://p.example' },
    tell: () => undefined,
  })
})
afterEach(async () => {
  await alertmanager.close()
  receiver.closeAllConnections()
  receiver.close()
})

async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
  told.push({ path: incoming.url ?? '', authorization: incoming.headers.authorization ?? '', body })
  outgoing.writeHead(answers.shift() ?? 202).end()
}

function connect(): void {
  alertmanager.sendTo({
    ...{ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, token: 'secret-token' },
  })
}

const alert = (service: string, endsAtMs: number | null = null): RuleAlert => ({
  labels: { alertname: 'HighErrorRate', service, environment: 'production' },
  annotations: { summary: `${service} fails` },
  expression: 'errors > 0.05',
  startsAtMs: Date.parse('2026-11-21T09:00:00Z'),
  endsAtMs,
})

const payloads = () => told.map((one) => AlertmanagerWebhook.parse(one.body))

describe("the sandbox's Alertmanager", () => {
  it('tells one group once, in a webhook that the product understands', async () => {
    connect()
    alertmanager.receive([alert('checkout'), alert('web')], 1_000)
    alertmanager.flush(1_100)
    expect(told).toHaveLength(0)

    alertmanager.flush(1_500)
    await waitUntil('it is told', () => told.length === 1)
    await waitUntil('it has noted so', () => {
      alertmanager.receive([alert('checkout'), alert('web')], 9_000)
      alertmanager.flush(9_000)
      return true
    })

    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ path: '/webhooks/alertmanager', authorization: 'Bearer secret-token' })
    expect(payloads()[0]?.alerts).toHaveLength(2)
    expect(told[0]?.body).toMatchObject({
      ...{ version: '4', status: 'firing', groupLabels: { alertname: 'HighErrorRate' } },
      commonLabels: { alertname: 'HighErrorRate', environment: 'production' },
      alerts: [{ generatorURL: 'http://p.example/graph?g0.expr=errors%20%3E%200.05&g0.tab=1' }, {}],
    })
  })

  it('tries again after a 503, and drops what is refused', async () => {
    connect()
    answers = [503, 202]
    alertmanager.receive([alert('checkout')], 1_000)
    alertmanager.flush(2_000)
    await waitUntil('it is told twice', () => told.length === 2)
    expect(told[1]?.body).toEqual(told[0]?.body)

    answers = [400]
    alertmanager.receive([alert('checkout'), alert('web')], 5_000)
    await waitUntil('the refused one is sent', () => {
      alertmanager.flush(9_000)
      return told.length === 3
    })
  })

  it('tells once that it is over, and forgets', async () => {
    connect()
    alertmanager.receive([alert('checkout')], 1_000)
    alertmanager.flush(2_000)
    await waitUntil('it is told', () => told.length === 1)
    alertmanager.receive([alert('checkout', Date.parse('2026-11-21T09:01:00Z'))], 4_000)
    await waitUntil('it is told again', () => {
      alertmanager.flush(9_000)
      return told.length === 2
    })

    expect(told[1]?.body).toMatchObject({
      ...{ status: 'resolved', alerts: [{ status: 'resolved', endsAt: '2026-11-21T09:01:00.000Z' }] },
    })
    expect(alertmanager.firing()).toEqual([])
  })

  it('tells at once what fired before there was anybody to tell', async () => {
    alertmanager.receive([alert('checkout')], 1_000)
    alertmanager.flush(50_000)
    connect()
    alertmanager.flush(60_000)

    await waitUntil('it is told', () => told.length === 1)
  })

  it('names alerts as Prometheus does', () => {
    expect(labelFingerprint({})).toBe('cbf29ce484222325')
  })
})
