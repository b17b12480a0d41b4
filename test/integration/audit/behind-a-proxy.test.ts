import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { openBrowserAs } from '../../support/browser.ts'
import { openHouse } from '../../support/house.ts'
import type { House } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { fires } from '../intake/payloads.ts'

/**
 * TRUST section 2, field 7, where every connection comes from one proxy that is trusted: the whole service, with what its
 * configuration says. The rules themselves: test/integration/http/trusted-proxies.test.ts.
 */
const HERE = '127.0.0.1'
const CLIENT = '198.51.100.7'
const LIE = '203.0.113.9'
const CHAIN = { 'x-forwarded-for': `${LIE}, ${CLIENT}, 10.1.1.1` }
const TRUSTED = [HERE, '10.0.0.0/8']
const TOKENS = { COUNTERSIGN_WEBHOOK_TOKEN: 'webhook-token', COUNTERSIGN_API_TOKEN: 'api-token' }

const settings = (scheme: 'http' | 'https') =>
  `server: { publicUrl: '${scheme}://countersign.example', trustedProxies: [${TRUSTED.join(', ')}] }`

let house: House
let url: string
let owner: Client
beforeAll(async () => {
  house = await openHouse({ environment: TOKENS, settings: settings('https') })
  url = (await house.serve({ kind: 'pick', sandboxNote: 'A test.' })).url
  owner = new Client({ connectionString: house.database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await house.close()
})

async function entriesOf(event: string): Promise<readonly JsonObject[]> {
  const { rows } = await owner.query<{ entry: JsonObject }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves WHERE event = $1 ORDER BY id`,
    [event],
  )
  return rows.map(({ entry }) => entry)
}

/** Where the entries of a kind came from, once there are that many. */
async function sourcesOf(event: string, fits: Readonly<Record<string, string>>, atLeast = 1): Promise<unknown[]> {
  let found: unknown[] = []
  await waitUntil(`${atLeast} of ${event} are on record`, async () => {
    const fitting = (await entriesOf(event)).filter((entry) =>
      Object.entries(fits).every(([name, value]) => entry[name] === value),
    )
    found = fitting.map(({ request }) => (request as JsonObject | undefined)?.['sourceIp'])
    return found.length >= atLeast
  })
  return found
}

const send = (path: string, token: string, headers: Readonly<Record<string, string>>, body?: unknown) =>
  fetch(`${url}${path}`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })

const WEBHOOK = '/webhooks/alertmanager'

describe('behind a proxy that is trusted', () => {
  it('the client is on record: of webhooks, of what they open, of what is refused', async () => {
    expect((await send(WEBHOOK, TOKENS.COUNTERSIGN_WEBHOOK_TOKEN, CHAIN, fires({}))).status).toBe(202)
    expect((await send(WEBHOOK, 'another', CHAIN, {})).status).toBe(401)

    for (const event of ['alerts.received', 'incident.opened']) expect(await sourcesOf(event, {})).toEqual([CLIENT])
    expect(await sourcesOf('request.refused', { origin: 'webhook' })).toEqual([CLIENT])
  })

  it('the client is on record: of what is read through the API and decided in the console', async () => {
    expect((await send('/api/v1/incidents', TOKENS.COUNTERSIGN_API_TOKEN, CHAIN)).status).toBe(200)
    const browser = await openBrowserAs(url, 'ana@bank.example')
    const csrf = await browser.csrf('/')
    await browser.post('/say', { text: 'declare SEV2 slow', incidentId: '', csrf }, CHAIN)

    expect(await sourcesOf('record.read', { origin: 'api' })).toEqual([CLIENT])
    expect(await sourcesOf('incident.declared', { origin: 'console' })).toEqual([CLIENT])
  })

  it('what the proxy says and is no address leaves the proxy on record, and the entry whole', async () => {
    const words = ['unknown', '999.9.9.9', '<script>', '1'.repeat(8_000), ', ,']
    for (const [index, word] of words.entries()) {
      const alert = fires({ labels: { alertname: `Odd${index}` } })
      const answer = await send(WEBHOOK, TOKENS.COUNTERSIGN_WEBHOOK_TOKEN, { 'x-forwarded-for': word }, alert)
      expect(answer.status).toBe(202)
    }

    const sources = await sourcesOf('alerts.received', {}, 1 + words.length)
    expect(sources.slice(1)).toEqual(words.map(() => HERE))
  })

  it('the start says whose word was believed from then on', async () => {
    expect((await entriesOf('service.started')).at(-1)).toMatchObject({ details: { trustedProxies: TRUSTED } })
  })

  it('the cookie of a session is for https where publicUrl is, whatever the proxy says of the protocol', async () => {
    const cookieOf = async (at: string, protocol: string) =>
      (
        await fetch(`${at}/session`, {
          ...{
            method: 'POST',
            redirect: 'manual',
            body: new URLSearchParams({ person: 'ana@bank.example', next: '/' }),
          },
          headers: { origin: at, 'x-forwarded-proto': protocol, 'x-forwarded-host': 'evil.example' },
        })
      ).headers.get('set-cookie')
    expect(await cookieOf(url, 'http')).toMatch(/; Secure$/)

    const plain = await openHouse({ settings: settings('http') })
    try {
      const { url: plainUrl } = await plain.serve({ kind: 'pick', sandboxNote: 'A test.' })
      expect(await cookieOf(plainUrl, 'https')).toMatch(/^countersign_session=(?!.*Secure)/)
    } finally {
      await plain.close()
    }
  })
})
