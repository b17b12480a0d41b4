import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { setTimeout as delay } from 'node:timers/promises'
import { fires } from './payloads.ts'
import { openIntakeWorld, TOKEN } from './intake-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { IntakeWorld } from './intake-world.ts'

const MEBIBYTE = 1_048_576
const AUTHORIZED = `authorization: Bearer ${TOKEN}`

interface Conversation {
  readonly socket: Socket
  /** What came back so far. */
  text(): string
  readonly isClosed: () => boolean
}

function open(world: IntakeWorld, ...headers: readonly string[]): Conversation {
  const { hostname, port } = new URL(world.url)
  const socket = connect(Number(port), hostname)
  let received = ''
  let isClosed = false
  socket.on('error', () => undefined)
  socket.on('close', () => (isClosed = true))
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  if (headers.length > 0) {
    socket.write(`POST /webhooks/alertmanager HTTP/1.1\r\nhost: x\r\n${headers.join('\r\n')}\r\n\r\n`)
  }
  return { socket, text: () => received, isClosed: () => isClosed }
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)

/** Sends until the other side answers, then stops; how many bytes went out before that. */
async function pour(conversation: Conversation, chunk: Buffer, maxBytes: number): Promise<number> {
  let sent = 0
  while (statusOf(conversation.text()) === 0 && sent < maxBytes && !conversation.isClosed()) {
    sent += chunk.length
    if (!conversation.socket.write(chunk)) await delay(1)
  }
  return sent
}

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
})
afterEach(() => world.close())

describe('a body that is too large', () => {
  it.each([
    ['10 MB, announced', 10_000_000],
    ['200 MB, announced', 200_000_000],
    ['one byte too many', MEBIBYTE + 1],
  ])('of %s is refused before a byte of it is read', async (_name, length) => {
    const conversation = open(world, AUTHORIZED, `content-length: ${length}`)
    await waitUntil('an answer', () => statusOf(conversation.text()) !== 0)

    expect(statusOf(conversation.text())).toBe(413)
    await waitUntil('the end of the connection', conversation.isClosed)
    expect(await world.count('deliveries')).toBe(0)
  })

  it('that grows chunk by chunk is refused when it passes the limit, and cost no more memory than that', async () => {
    const conversation = open(world, AUTHORIZED, 'transfer-encoding: chunked')
    const data = Buffer.alloc(65_536, 0x20)
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), data, Buffer.from('\r\n')])
    const sent = await pour(conversation, chunk, 200 * MEBIBYTE)
    await waitUntil('an answer', () => statusOf(conversation.text()) !== 0)

    expect(statusOf(conversation.text())).toBe(413)
    expect(sent).toBeLessThan(32 * MEBIBYTE)
    conversation.socket.destroy()
  })

  it('that comes without the token is refused for the token, unread', async () => {
    const conversation = open(world, 'content-length: 1000000')
    await waitUntil('an answer', () => statusOf(conversation.text()) !== 0)

    expect(statusOf(conversation.text())).toBe(401)
    conversation.socket.destroy()
  })

  it('of exactly the limit is read', async () => {
    const text = JSON.stringify(fires())
    const answer = await world.post('/webhooks/alertmanager', text.padEnd(MEBIBYTE, ' '))

    expect(answer.status).toBe(202)
  })

  it('that is small and compressed is refused, whatever it would become', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * MEBIBYTE, 0x20))
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-encoding': 'gzip' }

    expect((await world.post('/webhooks/alertmanager', bomb, headers)).status).toBe(415)
    expect(
      (await world.post('/webhooks/alertmanager', fires(), { ...headers, 'content-encoding': 'identity' })).status,
    ).toBe(202)
  })

  it('the twin without a limit reads it to its end', async () => {
    const careless = await openIntakeWorld({
      server: { bodyLimitBytes: 1e9, maxBufferedBytes: 1e9, requestTimeoutMs: 60_000 },
    })
    const conversation = open(careless, AUTHORIZED, `content-length: ${10 * MEBIBYTE}`)
    const sent = await pour(conversation, Buffer.alloc(65_536, 0x20), 10 * MEBIBYTE)

    expect(sent).toBe(10 * MEBIBYTE)
    conversation.socket.destroy()
    await careless.close()
  })
})

describe('a sender that is slow', () => {
  beforeEach(async () => {
    await world.close()
    // Short enough to be waited out, and longer than a busy machine lets one that is not slow wait.
    world = await openIntakeWorld({ server: { requestTimeoutMs: 3_000 } })
  })

  it('with one byte now and then is told 408 and let go, while others are served', async () => {
    const slow = open(world, AUTHORIZED, 'content-length: 1000')
    const drip = setInterval(() => slow.socket.write(' '), 50)
    const served = await world.post('/webhooks/alertmanager', fires())
    await waitUntil('the end of the connection', slow.isClosed)
    clearInterval(drip)

    expect(served.status).toBe(202)
    expect(statusOf(slow.text())).toBe(408)
    expect(await world.count('deliveries')).toBe(1)
  })

  it('that never finishes its headers, or never says anything, is let go', async () => {
    const half = open(world)
    half.socket.write('POST /webhooks/alertmanager HTTP/1.1\r\nhost: x\r\n')
    const silent = open(world)

    await waitUntil('the end of both connections', () => half.isClosed() && silent.isClosed())
    expect(statusOf(half.text())).toBe(408)
  })

  it('in a crowd of five hundred silent ones does not keep the others waiting', async () => {
    const crowd = Array.from({ length: 500 }, () => open(world))
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => world.post('/webhooks/alertmanager', fires({ name: `A${index}` }))),
    )

    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202))
    await waitUntil('the end of the crowd', () => crowd.every((one) => one.isClosed()))
  })

  it('that goes away in the middle leaves nothing', async () => {
    const gone = open(world, AUTHORIZED, 'content-length: 1000')
    gone.socket.write('{')
    gone.socket.end()
    await waitUntil('the end of the connection', gone.isClosed)

    expect(await world.count('deliveries')).toBe(0)
    expect((await world.post('/webhooks/alertmanager', fires())).status).toBe(202)
  })
})

describe('too many at once', () => {
  it('are told 503 with the time to wait, and count when they come again', async () => {
    const narrow = await openIntakeWorld({ databaseUrl: world.databaseUrl, server: { maxInWork: 2 } })
    const send = (index: number) => narrow.post('/webhooks/alertmanager', fires({ name: `A${index}` }))
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => send(index)))
    const busy = answers.flatMap((answer, index) => (answer.status === 503 ? [index] : []))

    expect(busy.length).toBeGreaterThan(0)
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202, 503]))
    for (const index of busy) expect(answers[index]?.headers.get('retry-after')).toBe('1')
    for (const index of busy) expect((await send(index)).status).toBe(202)
    expect(await world.count('alerts')).toBe(30)
    await narrow.close()
  })

  it('whose bodies together would fill the memory are told so as well', async () => {
    const narrow = await openIntakeWorld({ databaseUrl: world.databaseUrl, server: { maxBufferedBytes: 100_000 } })
    const waiting = Array.from({ length: 4 }, () => open(narrow, AUTHORIZED, 'content-length: 900000'))
    for (const one of waiting) one.socket.write(Buffer.alloc(60_000, 0x20))
    await waitUntil('an answer', () => waiting.some((one) => statusOf(one.text()) === 503))
    for (const one of waiting) one.socket.destroy()

    await waitUntil('room again', async () => (await narrow.post('/webhooks/alertmanager', fires())).status === 202)
    await narrow.close()
  })
})
