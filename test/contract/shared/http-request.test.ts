import { afterEach, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import type net from 'node:net'
import type { AddressInfo } from 'node:net'
import { sendRequest } from '../../../src/connectors/shared/http-request.ts'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../src/kernel/vendor-errors.ts'
import type { HttpRequest, HttpTiming } from '../../../src/connectors/shared/http-request.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(
  answer: http.RequestListener,
): Promise<{ url: string; requests: () => number; close: () => Promise<void> }> {
  let requests = 0
  const server = http.createServer((incoming, outgoing) => {
    requests += 1
    answer(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  closers.push(close)
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, requests: () => requests, close }
}

const ask = (url: string, rest: Partial<HttpRequest> = {}) =>
  sendRequest({ vendor: 'Argo CD', method: 'GET', url, timeoutMs: 20_000, effect: false, ...rest })

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
}

describe('a request to a vendor', () => {
  it('brings back status, headers and bytes, and tells how long each part took', async () => {
    const server = await serve((_incoming, outgoing) => outgoing.setHeader('x-request-id', 'r1').end('hello'))
    const timings: HttpTiming[] = []

    const answer = await ask(server.url, { onTiming: (timing) => timings.push(timing) })

    expect(answer.status).toBe(200)
    expect(answer.bytes.toString()).toBe('hello')
    expect(answer.headers['x-request-id']).toBe('r1')
    expect(timings).toHaveLength(1)
    expect(timings[0]?.status).toBe(200)
    expect(timings[0]?.firstByteAfterMs).toBeGreaterThan(0)
  })

  it('is not sent when nobody listens, whether it has an effect or not', async () => {
    const server = await serve(() => undefined)
    await server.close()

    expect(await failureOf(ask(server.url, { effect: true, method: 'POST', body: '{}' }))).toBeInstanceOf(
      VendorUnreachableError,
    )
    expect(await failureOf(ask(server.url))).toBeInstanceOf(VendorUnreachableError)
  })

  it('is not sent when the name has no address', async () => {
    expect(await failureOf(ask('http://nowhere.invalid/', { effect: true }))).toBeInstanceOf(VendorUnreachableError)
  })

  it('is not sent when the other side does not speak TLS', async () => {
    const server = await serve(() => undefined)

    const failure = await failureOf(ask(server.url.replace('http:', 'https:'), { effect: true, method: 'POST' }))

    expect(failure).toBeInstanceOf(VendorUnreachableError)
    expect(server.requests()).toBe(0)
  })

  it.each<[string, http.RequestListener, Partial<HttpRequest>?]>([
    ['cuts the connection', (incoming) => incoming.socket.destroy()],
    // Long enough to have been sent, on a busy machine too.
    ['never answers', () => undefined, { timeoutMs: 1_500 }],
    ['answers 502', (_incoming, outgoing) => outgoing.writeHead(502).end('bad gateway')],
    [
      'cuts its answer',
      (incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-length': '100' })
        outgoing.write('half', () => incoming.socket.destroy())
      },
    ],
  ])(
    'is unknown when it has an effect and the vendor %s; as a read it may be tried again',
    async (_name, answer, rest = {}) => {
      const server = await serve(answer)

      const effect = await failureOf(ask(server.url, { effect: true, method: 'POST', body: '{}', ...rest }))
      const read = await failureOf(ask(server.url, rest))

      expect(effect).toBeInstanceOf(VendorUnknownError)
      expect(read).toBeInstanceOf(VendorUnreachableError)
      expect(read).toMatchObject({ retryable: true })
    },
  )

  it('is sent exactly once when it has an effect, also after an earlier connection was kept and cut', async () => {
    const sockets = new Set<net.Socket>()
    const server = await serve((incoming, outgoing) => {
      sockets.add(incoming.socket)
      outgoing.end('ok')
    })
    await ask(server.url)
    for (const socket of sockets) socket.destroy()

    await ask(server.url, { effect: true, method: 'POST', body: '{}' })

    expect(server.requests()).toBe(2)
  })

  it('waits as long as a busy vendor asks for', async () => {
    const server = await serve((_incoming, outgoing) => outgoing.writeHead(429, { 'retry-after': '7' }).end())

    const failure = await failureOf(ask(server.url, { effect: true, method: 'POST' }))

    expect(failure).toBeInstanceOf(VendorBusyError)
    expect(failure).toMatchObject({ retryAfterMs: 7_000 })
  })

  it('is refused with the vendor’s own code and words, without what we sent as a secret', async () => {
    const server = await serve((incoming, outgoing) => {
      const body = JSON.stringify({ code: 9, message: `no:\u0007 ${incoming.headers.authorization ?? ''} is wrong` })
      outgoing.writeHead(400).end(body)
    })

    const failure = await failureOf(ask(server.url, { headers: { Authorization: 'Bearer s3cr3t-token' } }))

    expect(failure).toBeInstanceOf(VendorRejectedError)
    expect(failure).toMatchObject({ status: 400, vendorCode: '9' })
    expect(String(failure)).toContain('no: [redacted] is wrong')
    expect(String(failure)).not.toContain('s3cr3t')
  })

  it('follows no redirect', async () => {
    const target = await serve((_incoming, outgoing) => outgoing.end('secret'))
    const server = await serve((_incoming, outgoing) => outgoing.writeHead(302, { location: target.url }).end())

    const failure = await failureOf(ask(server.url))

    expect(failure).toBeInstanceOf(VendorRejectedError)
    expect(target.requests()).toBe(0)
  })

  it('stops reading an answer without end', async () => {
    const server = await serve((_incoming, outgoing) => {
      const more = () => outgoing.writable && outgoing.write('x'.repeat(65_536), more)
      more()
    })

    const failure = await failureOf(ask(server.url, { maxResponseBytes: 100_000, timeoutMs: 10_000 }))

    expect(failure).toBeInstanceOf(VendorUnreachableError)
    expect(String(failure)).toContain('longer than 100000 bytes')
  })

  it('is over at its deadline when the answer drips', async () => {
    const server = await serve((_incoming, outgoing) => {
      const timer = setInterval(() => outgoing.write('.'), 20)
      outgoing.on('close', () => clearInterval(timer))
    })

    expect(String(await failureOf(ask(server.url, { timeoutMs: 1_000 })))).toContain('no answer within 1 s')
  })

  it('ends when the caller gives up', async () => {
    const server = await serve(() => undefined)
    const controller = new AbortController()

    const asking = failureOf(ask(server.url, { signal: controller.signal, effect: true, method: 'POST' }))
    while (server.requests() === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()

    expect(await asking).toBeInstanceOf(VendorUnknownError)
    expect(await failureOf(ask(server.url, { signal: controller.signal, effect: true }))).toBeInstanceOf(
      VendorUnreachableError,
    )
  })
})
