import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { sourceIpOf } from '../../../src/adapters/http/source-ip.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { openBrowserAs } from '../../support/browser.ts'
import { openHouse } from '../../support/house.ts'
import type { House } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { TOKEN, openIntakeWorld } from '../intake/intake-world.ts'
import { fires } from '../intake/payloads.ts'

/** TRUST section 2, field 7: where a request came from is the other end of its connection, whatever its headers say. */
const LIE = '203.0.113.9'
const LIES = { 'x-forwarded-for': LIE, forwarded: `for=${LIE}`, 'x-real-ip': LIE, 'cf-connecting-ip': LIE }
const HERE = '127.0.0.1'
const TOKENS = { COUNTERSIGN_WEBHOOK_TOKEN: 'webhook-token', COUNTERSIGN_API_TOKEN: 'api-token' }

let house: House
let url: string
let owner: Client
beforeAll(async () => {
  house = await openHouse({ environment: TOKENS })
  url = (await house.serve({ kind: 'pick', sandboxNote: 'A test.' })).url
  owner = new Client({ connectionString: house.database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await house.close()
})

async function entriesOf(client: Client, event: string): Promise<readonly JsonObject[]> {
  const { rows } = await client.query<{ entry: JsonObject }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves WHERE event = $1 ORDER BY id`,
    [event],
  )
  return rows.map(({ entry }) => entry)
}

/** The newest entry of a kind, once there is one that fits. */
async function newest(event: string, fits: Readonly<Record<string, string>>): Promise<JsonObject | undefined> {
  const find = async () =>
    (await entriesOf(owner, event)).findLast((entry) =>
      Object.entries(fits).every(([name, value]) => entry[name] === value),
    )
  await waitUntil(`${event} is on record`, async () => (await find()) !== undefined)
  return find()
}

const send = (path: string, token: string, body?: unknown) =>
  fetch(`${url}${path}`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...LIES },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })

describe('where a request came from', () => {
  it('is on the entries of a webhook, of what it opened, and of one that cannot be read', async () => {
    expect((await send('/webhooks/alertmanager', TOKENS.COUNTERSIGN_WEBHOOK_TOKEN, fires({}))).status).toBe(202)
    expect((await send('/webhooks/alertmanager', TOKENS.COUNTERSIGN_WEBHOOK_TOKEN, { alerts: 1 })).status).toBe(400)

    const own = { schema: 3, request: { sourceIp: HERE } }
    expect(await newest('alerts.received', {})).toMatchObject(own)
    expect(await newest('incident.opened', {})).toMatchObject(own)
    expect(await newest('request.refused', { reasonCode: 'bad_field' })).toMatchObject(own)
  })

  it('is on what was refused before anybody was known', async () => {
    expect((await send('/webhooks/alertmanager', 'another', {})).status).toBe(401)
    expect((await send('/api/v1/incidents', 'another')).status).toBe(401)

    for (const origin of ['webhook', 'api']) {
      expect(await newest('request.refused', { origin })).toMatchObject({ request: { sourceIp: HERE } })
    }
  })

  it('is on what is decided in the console, with the session, and on a form that is not of its session', async () => {
    const browser = await openBrowserAs(url, 'ana@bank.example')
    const csrf = await browser.csrf('/')
    const say = (fields: object) => browser.post('/say', { text: 'declare SEV2 slow', incidentId: '', ...fields }, LIES)
    await say({ csrf })
    await say({ csrf: 'forged' })

    expect(await newest('incident.declared', {})).toMatchObject({
      ...{ origin: 'console', request: { sourceIp: HERE } },
      auth: { sessionHash: expect.any(String) as unknown },
    })
    expect(await newest('request.refused', { reasonCode: 'forged_or_read_only' })).toMatchObject({
      request: { sourceIp: HERE },
    })
  })

  it('is on what is read through the API and in the console', async () => {
    expect((await send('/api/v1/incidents', TOKENS.COUNTERSIGN_API_TOKEN)).status).toBe(200)

    for (const origin of ['api', 'console']) {
      expect(await newest('record.read', { origin })).toMatchObject({ request: { sourceIp: HERE } })
    }
  })

  it('is nowhere what a header says', async () => {
    const { rows } = await owner.query<{ lies: number; all: number }>(
      `SELECT count(*) FILTER (WHERE position($1 IN convert_from(bytes, 'UTF8')) > 0)::int AS lies, count(*)::int AS all
         FROM audit_leaves`,
      [LIE],
    )

    expect(rows[0]!.lies).toBe(0)
    expect(rows[0]!.all).toBeGreaterThan(10)
  })

  it('would be what a header says where somebody believed it (the twin)', async () => {
    const believing = (server: HttpServer): HttpServer => ({
      ...server,
      mount: (route) =>
        server.mount({
          ...route,
          handle: (request, who) =>
            route.handle({ ...request, clientAddresses: [request.header('x-forwarded-for') ?? ''] }, who),
        }),
    })
    const world = await openIntakeWorld({ around: believing })
    try {
      const headers = { authorization: `Bearer ${TOKEN}`, ...LIES }
      expect((await world.post('/webhooks/alertmanager', fires({}), headers)).status).toBe(202)

      const rows = await world.sql<{ ip: string }>(
        `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'request' ->> 'sourceIp' AS ip FROM audit_leaves
          WHERE event = 'alerts.received'`,
      )
      expect(rows).toEqual([{ ip: LIE }])
    } finally {
      await world.close()
    }
  })
})

describe('an address of a connection', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', undefined],
    ['no address', undefined],
  ])('%j is put on record as %j', (address, expected) => {
    expect(sourceIpOf({ clientAddresses: [address] })).toBe(expected)
  })
})
