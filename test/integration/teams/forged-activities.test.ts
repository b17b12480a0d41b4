import { createHmac, generateKeyPairSync } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  APP_ID,
  BOT,
  CHANNEL,
  TENANT,
  channelMessage,
  invoke,
  personalMessage,
  teamsUser,
} from '../../fakes/teams/activities.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import { encode } from '../../fakes/teams/openid-server.ts'
import { openTestTeams } from './open-test-teams.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { TestTeams } from './open-test-teams.ts'

const ANA = teamsUser('Ana')
const APPROVE = {
  conversation: `${CHANNEL};messageid=1`,
  message: '1',
  verb: 'approve',
  data: { countersign: JSON.stringify({ v: 'approve', i: 'INC-1', p: 'PRO-1', h: 'a'.repeat(64) }) },
}

let test: TestTeams
let twin: TestTeams
let evil: VendorServer
beforeAll(async () => {
  test = await openTestTeams()
  twin = await openTestTeams({ isUnguarded: true })
  evil = new VendorServer(() => ({ status: 200, body: { id: '1' } }))
  await evil.listen()
})
afterAll(async () => {
  await test.close()
  await twin.close()
  await evil.close()
})
beforeEach(() => {
  for (const one of [test, twin]) {
    one.said.length = 0
    one.pressed.length = 0
    one.refusals.length = 0
  }
})

const press = (of: TestTeams, change: object = {}) => ({
  ...invoke(ANA, APPROVE, { serviceUrl: of.connector.serviceUrl }),
  ...change,
})
const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow
const bearer = (token: string) => `Bearer ${token}`
const tokenOf = (change: Parameters<TestTeams['openId']['token']>[2] = {}) =>
  test.openId.token(APP_ID, test.connector.serviceUrl, change)

/** HS256 signed with the public key, which a careless verifier takes for the secret. */
function confusedToken(): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })}.${tokenOf().split('.')[1] ?? ''}`
  const secret = test.openId.publicKey.export({ type: 'spki', format: 'pem' })
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

describe('an activity with the Bot Framework’s token', () => {
  it('is taken, and its token may be four minutes late, as clocks are', async () => {
    const late = tokenOf({ claims: { exp: seconds(-240) } })

    expect((await test.send(press(test))).status).toBe(200)
    expect((await test.send(press(test), bearer(late))).status).toBe(200)
    expect(test.pressed).toHaveLength(2)
    expect(test.refusals).toEqual([])
  })
})

describe('an activity without proof of who sends it', () => {
  const cases: readonly (readonly [string, () => string | null])[] = [
    ['no token', () => null],
    ['an empty header', () => ''],
    ['no token behind its scheme', () => 'Bearer '],
    ['another scheme', () => `Basic ${tokenOf()}`],
    ['two tokens', () => `Bearer ${tokenOf()} ${tokenOf()}`],
    [
      'a token for another bot',
      () => bearer(test.openId.token('22222222-0000-4000-8000-000000000000', test.connector.serviceUrl)),
    ],
    ['a key that nobody published', () => bearer(tokenOf({ header: { kid: 'key-9' } }))],
    ['no key id', () => bearer(tokenOf({ header: { kid: undefined } }))],
    ['a token that ended ten minutes ago', () => bearer(tokenOf({ claims: { exp: seconds(-600) } }))],
    ['a token that begins in an hour', () => bearer(tokenOf({ claims: { nbf: seconds(3_600) } }))],
    [
      'another issuer',
      () => bearer(tokenOf({ claims: { iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' } })),
    ],
    ['the issuer of another cloud', () => bearer(tokenOf({ claims: { iss: 'https://api.botframework.us' } }))],
    [
      'a token for another service address',
      () => bearer(test.openId.token(APP_ID, 'https://smba.trafficmanager.net/emea/')),
    ],
    ['a token without a service address', () => bearer(tokenOf({ claims: { serviceurl: undefined } }))],
    [
      'another key under a known id',
      () => bearer(tokenOf({ key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey })),
    ],
    ['HS256 with the public key as its secret', () => bearer(confusedToken())],
    ['algorithm none', () => bearer(`${encode({ alg: 'none', kid: 'key-1' })}.${tokenOf().split('.')[1] ?? ''}.`)],
    ['a signature cut short', () => bearer(tokenOf().slice(0, -20))],
    [
      'claims changed after the signature',
      () => {
        const [header, , signature] = tokenOf().split('.')
        return bearer(
          `${header ?? ''}.${encode({ iss: 'https://api.botframework.com', aud: APP_ID, serviceurl: test.connector.serviceUrl, exp: seconds(9_999) })}.${signature ?? ''}`,
        )
      },
    ],
    [
      'an emulator’s token',
      () =>
        bearer(
          tokenOf({
            claims: { iss: 'https://login.microsoftonline.com/botframework.com/v2.0', ver: '2.0', azp: APP_ID },
          }),
        ),
    ],
    [
      'another bot’s token',
      () =>
        bearer(
          tokenOf({ claims: { ver: '1.0', appid: '22222222-0000-4000-8000-000000000000' }, header: { alg: 'RS384' } }),
        ),
    ],
  ]

  it.each(cases)('is refused with 401: %s', async (_what, header) => {
    const answer = await test.send(press(test), header())

    expect(answer).toMatchObject({ status: 401, body: { error: 'not_authenticated' } })
    expect(test.pressed).toEqual([])
  })

  it.each(cases)('would run without the guard: %s', async (_what, header) => {
    expect((await twin.send(press(twin), header())).status).toBe(200)
    expect(twin.pressed).toHaveLength(1)
  })

  it('is refused for a channel that the key is not endorsed for', async () => {
    expect((await test.send(press(test, { channelId: 'directline' }))).status).toBe(401)
    expect(test.pressed).toEqual([])
  })

  it('is refused, not broken, whichever byte of a token is changed', async () => {
    const token = tokenOf()
    const places = Array.from({ length: 60 }, (_value, index) => Math.floor((index * token.length) / 60))
    const changed = places.map(
      (place) => `${token.slice(0, place)}${token[place] === 'x' ? 'y' : 'x'}${token.slice(place + 1)}`,
    )

    const answers = await Promise.all(changed.map((one) => test.send(press(test), bearer(one))))

    // The last sign of a signature may hold bits that count for nothing.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(test.pressed).toEqual([])
  })

  it('is on record once for each reason', async () => {
    await test.send(press(test), null)

    await waitUntil('it is counted', () => test.refusals.includes('no_token'))
  })
})

describe('the keys of the Bot Framework', () => {
  it('being away refuses everything, as something that can be tried again', async () => {
    const cold = await openTestTeams()
    try {
      await cold.openId.server.refuse()

      const answer = await cold.send(press(cold))

      expect(answer).toMatchObject({ status: 503, body: { error: 'no_keys' } })
      expect(cold.pressed).toEqual([])
    } finally {
      await cold.close()
    }
  })
})

describe('a genuine activity from elsewhere', () => {
  const elsewhere = { serviceUrl: '', tenant: '99999999-0000-4000-8000-000000000009' }

  it('is refused from another tenant, and that is on record', async () => {
    const answer = await test.send(invoke(ANA, APPROVE, { ...elsewhere, serviceUrl: test.connector.serviceUrl }))

    expect(answer).toMatchObject({ status: 403, body: { error: 'other_tenant' } })
    expect(test.pressed).toEqual([])
    expect(test.refusals).toEqual(['other_tenant'])
  })

  it.each([
    ['names no tenant', { channelData: {}, conversation: { id: 'a:1', conversationType: 'personal' } }],
    [
      'names two tenants',
      { channelData: { tenant: { id: TENANT } }, conversation: { id: 'a:1', tenantId: elsewhere.tenant } },
    ],
  ])('is refused when it %s', async (_what, change) => {
    expect((await test.send(press(test, change))).status).toBe(403)
    expect(test.pressed).toEqual([])
  })

  it.each([
    ['https://evil.example/teams/'],
    ['https://smba.trafficmanager.net.evil.example/teams/'],
    ['https://evil.trafficmanager.net/teams/'],
    ['https://smba.trafficmanager.net@evil.example/'],
    ['http://smba.trafficmanager.net/emea/'],
    ['http://169.254.169.254/metadata/'],
    ['https://[::ffff:a9fe:a9fe]/'],
    ['https://2852039166/'],
    ['https://smba.trafficmanager.net:8443/'],
  ])('is refused with the service address %s, to which nothing is sent', async (serviceUrl) => {
    const answer = await test.send({ ...personalMessage(ANA, 'list', { serviceUrl }) })

    expect(answer).toMatchObject({ status: 403, body: { error: 'service_url' } })
    expect(test.said).toEqual([])
    expect(test.refusals).toEqual(['service_url'])
    expect(await test.conversations.findNewestServiceUrl(TENANT)).not.toBe(serviceUrl)
  })

  it('would be answered there without the guard', async () => {
    // Where tests may speak to this machine, another server of it stands for a stranger’s.
    await twin.send(personalMessage(ANA, 'list', { serviceUrl: `${evil.url}/teams/` }))

    await waitUntil('it is answered', () => evil.requests.length > 0)
  })
})

describe('who speaks', () => {
  it.each([
    ['a bot', { from: { ...ANA, role: 'bot' } }],
    ['ourselves', { from: BOT }],
    ['somebody without an account in the directory', { from: { id: '29:guest', name: 'Ana' } }],
  ])('is not listened to when it is %s', async (_who, change) => {
    const where = { serviceUrl: test.connector.serviceUrl }

    expect((await test.send(press(test, change))).status).toBe(200)
    expect((await test.send({ ...channelMessage(ANA, 'list', where), ...change })).status).toBe(200)
    expect([test.pressed, test.said]).toEqual([[], []])
  })
})

describe('a body that is no activity', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const raw = (body: string, headers: Record<string, string> = {}) =>
    fetch(test.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: bearer(tokenOf()), ...headers },
      body,
    })

  it.each([
    ['nothing', '', 400],
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['JSON 40,000 levels deep', nested(40_000), 400],
    ['300,000 values', `[${'{},'.repeat(80_000)}{}]`, 400],
    ['an activity without a conversation', JSON.stringify({ type: 'message', channelId: 'msteams' }), 400],
    ['300 KiB', JSON.stringify({ text: 'x'.repeat(300 * 1024) }), 413],
  ])('is refused: %s', async (_what, body, status) => {
    expect((await raw(body)).status).toBe(status)
    expect(test.said).toEqual([])
  })

  it('is not looked at without a token', async () => {
    expect((await raw(nested(40_000), { authorization: '' })).status).toBe(401)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json5'])(
    'is refused as %s',
    async (contentType) => {
      expect((await raw(JSON.stringify(press(test)), { 'content-type': contentType })).status).toBe(401)
      expect(test.pressed).toEqual([])
    },
  )

  it('changes nothing for everybody, whatever names it carries', async () => {
    const body = JSON.stringify(press(test)).replace(
      '"type":"invoke"',
      '"type":"invoke","__proto__":{"role":"bot"},"constructor":{"prototype":{"x":1}}',
    )

    expect((await raw(body)).status).toBe(200)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it('is refused when its authorization stands there twice', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const url = new URL(test.url)
      const outgoing = httpRequest(
        {
          host: url.hostname,
          port: url.port,
          path: url.pathname,
          method: 'POST',
          headers: [
            ...['host', url.host, 'content-type', 'application/json'],
            ...['authorization', bearer(tokenOf()), 'authorization', bearer(tokenOf())],
          ] as never,
        },
        (incoming) => {
          incoming.resume()
          resolve(incoming.statusCode ?? 0)
        },
      )
      outgoing.on('error', reject)
      outgoing.end(JSON.stringify(press(test)))
    })

    expect(status).toBe(401)
    expect(test.pressed).toEqual([])
  })
})
