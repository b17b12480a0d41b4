import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { FaultRule } from '../../support/fault-proxy/fault.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { waitUntil } from '../../support/wait-until.ts'

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

describe('a fault proxy in front of an HTTP server', () => {
  let server: { readonly url: string; readonly seen: string[] }
  beforeEach(async () => {
    server = await openHttpServer('x'.repeat(2_000))
  })

  it('passes everything on when nothing is injected, also many exchanges of one connection', async () => {
    const proxy = await open(server.url)
    const agent = keptAlive()

    const answers = [await post(proxy.url, 'one', agent), await post(proxy.url, 'two', agent)]

    expect(answers.map(({ body }) => body?.length)).toEqual([2_000, 2_000])
    expect(server.seen).toEqual(['one', 'two'])
  })

  it.each([
    ['cut-before-request', [], 'ECONNRESET'],
    ['cut-before-reply', ['one'], 'ECONNRESET'],
    ['reset', ['one'], 'ECONNRESET'],
  ] as const)('%s: what the server has seen, and what the client learns', async (kind, seen, code) => {
    const proxy = await open(server.url, { kind, times: 1 })

    const answer = await post(proxy.url, 'one')

    expect(answer).toEqual({ code })
    await waitUntil('the server has what it gets', () => server.seen.length === seen.length)
    expect(server.seen).toEqual(seen)
    expect(proxy.hitsOf(kind)).toBe(1)
    expect((await post(proxy.url, 'again')).body).toHaveLength(2_000)
  })

  it('cut-after-reply: the reply comes whole, and the kept connection is gone', async () => {
    const proxy = await open(server.url, { kind: 'cut-after-reply', times: 1 })
    const agent = keptAlive()

    const first = await post(proxy.url, 'one', agent)
    await waitUntil('the connection is gone', () => Object.keys(agent.freeSockets).length === 0)

    expect(first.body).toHaveLength(2_000)
    expect((await post(proxy.url, 'two', agent)).body).toHaveLength(2_000)
    expect(server.seen).toEqual(['one', 'two'])
  })

  it('drip: the reply comes in many small pieces, and whole', async () => {
    const proxy = await open(server.url, { kind: 'drip', bytes: 100, everyMs: 1 })

    const answer = await post(proxy.url, 'one')

    expect(answer.body).toHaveLength(2_000)
    expect(answer.pieces).toBeGreaterThanOrEqual(10)
  })

  it('latency: a slow exchange comes after a fast one that began later', async () => {
    const proxy = await open(server.url, { kind: 'latency', ms: 1_500, jitterMs: 10, times: 1 })
    const order: string[] = []

    const slow = post(proxy.url, 'slow').then(() => order.push('slow'))
    await waitUntil('the slow one is on its way', () => proxy.hitsOf('latency') === 1)
    await Promise.all([slow, post(proxy.url, 'fast').then(() => order.push('fast'))])

    expect(order).toEqual(['fast', 'slow'])
  })

  it('half-open: nothing arrives, nothing comes back, and the connection stays', async () => {
    const proxy = await open(server.url, { kind: 'half-open', times: 1 })
    let isOver = false

    const hanging = post(proxy.url, 'one').finally(() => (isOver = true))
    await waitUntil('it hangs', () => proxy.hitsOf('half-open') === 1)
    expect((await post(proxy.url, 'two')).body).toHaveLength(2_000)

    expect(isOver).toBe(false)
    expect(server.seen).toEqual(['two'])
    proxy.dropAll()
    expect(await hanging).toEqual({ code: 'ECONNRESET' })
  })

  it('hits the same exchanges with the same seed, and others with another one', async () => {
    const hits = async (seed: number) => {
      const proxy = await openFaultProxy(server.url, seed)
      opened.push(() => proxy.close())
      proxy.inject({ kind: 'cut-before-reply', share: 0.5 })
      const lost: boolean[] = []
      for (let index = 0; index < 24; index += 1) lost.push((await post(proxy.url, 'x')).code !== undefined)
      return lost
    }

    const [first, again, other] = [await hits(7), await hits(7), await hits(8)]

    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(new Set(first)).toEqual(new Set([true, false]))
  })
})

describe('a fault proxy in front of Postgres', () => {
  it('loses the answer of a statement that was carried out, and none when it is told to stop', async () => {
    const { proxy, direct } = await openDatabaseProxy()
    await direct.query('CREATE TABLE notes (text text)')
    const client = await connect(proxy.url)
    proxy.inject({ kind: 'cut-before-reply', times: 1 })

    await expect(client.query(`INSERT INTO notes VALUES ('kept')`)).rejects.toThrow()

    const kept = async () => (await direct.query('SELECT * FROM notes')).rowCount === 1
    await waitUntil('the row stands all the same', kept)
    proxy.clear()
    const next = await connect(proxy.url)
    expect((await next.query('SELECT text FROM notes')).rows).toEqual([{ text: 'kept' }])
  })

  it('refuses everybody while it is cut, and sends who comes later to the other server', async () => {
    const { proxy } = await openDatabaseProxy()
    const client = await connect(proxy.url)
    const broken = new Promise((resolve) => client.once('error', resolve))

    proxy.cut()
    await broken
    await expect(connect(proxy.url)).rejects.toThrow()
    const other = await createTestDatabase()
    opened.push(() => other.drop())
    const elsewhere = await openHttpServer('not Postgres')
    proxy.pointAt(elsewhere.url)
    proxy.mend()

    await expect(connect(proxy.url)).rejects.toThrow()
    proxy.pointAt(other.ownerUrl)
    expect((await (await connect(proxy.url)).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

async function open(url: string, ...rules: readonly FaultRule[]): Promise<FaultProxy> {
  const proxy = await openFaultProxy(url)
  opened.push(() => proxy.close())
  for (const rule of rules) proxy.inject(rule)
  return proxy
}

async function openHttpServer(reply: string): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = []
  const server = http.createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      seen.push(text)
      response.end(reply)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen }
}

function keptAlive(): http.Agent {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  opened.push(() => {
    agent.destroy()
    return Promise.resolve()
  })
  return agent
}

interface Answer {
  readonly body?: string
  readonly pieces?: number
  readonly code?: string | undefined
}

function post(url: string, text: string, agent?: http.Agent): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve({ code: error.code })
    const options = agent === undefined ? {} : { agent }
    const request = http.request(url, { method: 'POST', ...options }, (response) => {
      let [body, pieces] = ['', 0]
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
        pieces += 1
      })
      response.on('error', fail)
      response.on('end', () => resolve({ body, pieces }))
    })
    request.on('error', fail)
    request.end(text)
  })
}

async function openDatabaseProxy(): Promise<{ readonly proxy: FaultProxy; readonly direct: Client }> {
  const database = await createTestDatabase()
  opened.push(() => database.drop())
  const proxy = await open(database.ownerUrl)
  return { proxy, direct: await connect(database.ownerUrl) }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  opened.push(() => client.end().catch(() => undefined))
  await client.connect()
  return client
}
