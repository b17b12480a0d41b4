import { afterEach, describe, expect, it } from '@jest/globals'
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { jsonAnswer } from '../../../src/adapters/http/answers.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { requireOwnOrigin } from '../../../src/adapters/console/console-session.ts'
import { isFromThisMachine } from '../../../src/adapters/teams/incoming/local-caller.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { sourceIpOf } from '../../../src/adapters/http/source-ip.ts'
import type { HttpRequest } from '../../../src/adapters/http/route.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'

/**
 * Every request here comes from 127.0.0.1, which is a trusted proxy or is not. All others of the chain are what it says:
 * 198.51.100.7 is the client, 203.0.113.9 a lie, 10.0.0.0/8 and 2001:db8:f::/48 are further proxies of the house.
 */
const HERE = '127.0.0.1'
const CLIENT = '198.51.100.7'
const LIE = '203.0.113.9'
const PROXIES = [HERE, '10.0.0.0/8', '2001:db8:f::/48']
const STRANGERS = ['192.0.2.1', '10.0.0.0/8']
/** What the configuration refuses in one piece. */
const EVERYBODY = ['0.0.0.0/1', '128.0.0.0/1']

let server: HttpServer | undefined
afterEach(() => server?.close())

async function openServer(trustedProxies: readonly string[] | undefined): Promise<string> {
  const trust = trustedProxies === undefined ? {} : { trustedProxies }
  const common = { host: HERE, port: 0, log: silentLogger, telemetry: silentTelemetry }
  server = openHttpServer({ ...common, ...trust })
  const mount = (path: string, handle: (request: HttpRequest) => unknown): void => {
    server?.mount({
      ...{ method: 'GET', path, source: 'test' },
      authentication: { kind: 'none', why: 'a test', who: null },
      handle: (request) => jsonAnswer(200, { said: handle(request) ?? null }),
    })
  }
  mount('/source', sourceIpOf)
  mount('/local', isFromThisMachine)
  mount('/origin', requireOwnOrigin)
  mount('/origin/believing', (request) => requireOwnOrigin(believing(request)))
  return (await server.listen()).url
}

/** The guard removed: what a proxy says of the host counts as the host. */
const believing = (request: HttpRequest): HttpRequest => ({
  ...request,
  header: (name) => request.header(name === 'host' ? 'x-forwarded-host' : name),
})

/** Repeated headers go out as they are, which `fetch` does not do. */
async function ask(url: string, headers: readonly (readonly [string, string])[]) {
  const { host } = new URL(url)
  const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = get(url, { headers: ['host', host, ...headers.flat()] as never }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    request.once('error', reject)
  })
  return { status: answer.status, said: (JSON.parse(answer.body) as { said?: unknown }).said }
}

const forwardedFor = (...values: readonly string[]) => values.map((value) => ['x-forwarded-for', value] as const)

async function sourceOf(trustedProxies: readonly string[] | undefined, ...values: readonly string[]): Promise<unknown> {
  return (await ask(`${await openServer(trustedProxies)}/source`, forwardedFor(...values))).said
}

describe('where a request came from', () => {
  it.each([undefined, [], STRANGERS])(
    'is the connection’s other end where that is not trusted: %j',
    async (trusted) => {
      expect(await sourceOf(trusted, LIE)).toBe(HERE)
    },
  )

  it('would be what anybody says where everybody is trusted (the twin)', async () => {
    expect(await sourceOf(EVERYBODY, LIE)).toBe(LIE)
  })

  it.each([
    ['the client of one proxy', [CLIENT], CLIENT],
    ['nobody, where it says nothing: the proxy itself', [], HERE],
    ['a chain', [`${CLIENT}, 10.1.1.1, 10.2.2.2`], CLIENT],
    ['a chain of both kinds', [`${CLIENT},2001:db8:f::1,10.2.2.2`], CLIENT],
    ['a client of version 6', ['2001:db8:1::7'], '2001:db8:1::7'],
    ['a lie that the client sent along, left of its address', [`${LIE}, ${CLIENT}`], CLIENT],
    ['a lie that names a proxy of ours', [`${LIE}, 10.9.9.9, ${CLIENT}`], CLIENT],
    ['a lie in a header of its own, before the proxy’s', [LIE, CLIENT], CLIENT],
    ['the one in front of the last proxy of ours', [`${LIE}, ${CLIENT}, 10.2.2.2`], CLIENT],
    ['a request of a proxy itself: the one that is farthest', ['10.1.1.1, 10.2.2.2'], '10.1.1.1'],
    ['version 4 written as 6', [`::ffff:${CLIENT}`], CLIENT],
    ['a proxy written as 6', [`${CLIENT}, ::ffff:10.2.2.2`], CLIENT],
    ['a client with its port', [`${CLIENT}:51034`], CLIENT],
    ['a client of version 6 with its port', ['[2001:db8:1::7]:51034'], '2001:db8:1::7'],
  ])('is, through a trusted proxy, %s', async (_what, values, expected) => {
    expect(await sourceOf(PROXIES, ...values)).toBe(expected)
  })

  it('would be the lie at the left where every proxy is trusted (the twin)', async () => {
    expect(await sourceOf(EVERYBODY, `${LIE}, ${CLIENT}`)).toBe(LIE)
  })

  it.each([
    ['unknown', HERE],
    ['_hidden', HERE],
    ['checkout.example.com', HERE],
    [`${LIE}, unknown`, HERE],
    ['unknown, 10.2.2.2', '10.2.2.2'],
    ['999.1.1.1', HERE],
    ['198.51.100.7:51034:1', HERE],
    ['[198.51.100.7', HERE],
    [',', HERE],
    [' , ,, ', HERE],
    [`,, ${CLIENT} ,`, CLIENT],
    ['<script>alert(1)</script>', HERE],
    ["' OR 1=1 --", HERE],
    ['1'.repeat(8_000), HERE],
    ['10.1.1.1,'.repeat(1_500), '10.1.1.1'],
  ])('stays an address of the chain where a proxy says %.30s', async (value, expected) => {
    expect(await sourceOf(PROXIES, value)).toBe(expected)
  })

  it.each(['forwarded', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'client-ip'])(
    'is never what %s says, not even through a trusted proxy',
    async (name) => {
      const value = name === 'forwarded' ? `for=${LIE}` : LIE

      expect((await ask(`${await openServer(PROXIES)}/source`, [[name, value]])).said).toBe(HERE)
    },
  )

  it('is known to be nowhere when the connection has gone', () => {
    expect(sourceIpOf({ clientAddresses: [''] })).toBeUndefined()
  })
})

describe('a trusted proxy is believed in nothing else', () => {
  const FORGED = [
    ['origin', 'https://evil.example'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
  ] as const

  it('says in vain under which host a page was asked for: a post of another site is refused', async () => {
    const url = await openServer(PROXIES)

    expect((await ask(`${url}/origin`, FORGED)).status).toBe(403)
    expect((await ask(`${url}/origin`, [['origin', url]])).status).toBe(200)
  })

  it('would let the post of another site pass where its host were believed (the twin)', async () => {
    expect((await ask(`${await openServer(PROXIES)}/origin/believing`, FORGED)).status).toBe(200)
  })

  it('does not make anybody a program on this machine by naming loopback', async () => {
    const url = await openServer(['10.0.0.0/8', HERE])

    expect((await ask(`${url}/local`, forwardedFor('127.0.0.1'))).said).toBe(false)
    expect((await ask(`${url}/local`, [])).said).toBe(true)
  })
})
