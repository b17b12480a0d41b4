import http from 'node:http'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openSlackTransport, SlackTransportError } from '../../../src/adapters/slack/outgoing/slack-transport.ts'
import type { AddressInfo } from 'node:net'
import type { SlackTransport } from '../../../src/adapters/slack/outgoing/slack-transport.ts'

let transport: SlackTransport
let server: http.Server
let answer: (outgoing: http.ServerResponse) => void
let url: string
beforeEach(async () => {
  transport = openSlackTransport()
  server = http.createServer((incoming, outgoing) => {
    incoming.resume().once('end', () => answer(outgoing))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/chat.postMessage`
})
afterEach(async () => {
  transport.close()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const ask = (signal: AbortSignal) =>
  transport.withSignal(signal, () => transport.fetch(url, { method: 'POST', body: 'text=hello' }))

const failureOf = async (asked: Promise<unknown>) =>
  asked.then(
    () => 'was answered',
    (error: unknown) => (error instanceof SlackTransportError ? [error.message, error.wasSent] : String(error)),
  )

describe('a request to Slack whose time is over', () => {
  it('takes an answer that is there all the same: a process that stood still has read nothing yet', async () => {
    const over = new AbortController()
    answer = (outgoing) => {
      outgoing.once('finish', () => over.abort())
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, ts: '1.2' }))
    }

    const response = await ask(over.signal)

    expect(await response.json()).toEqual({ ok: true, ts: '1.2' })
  })

  it('ends where no answer is there, and says that; it may have arrived', async () => {
    const over = new AbortController()
    answer = () => over.abort()

    expect(await failureOf(ask(over.signal))).toEqual(['stopped: no answer in time', true])
  })

  it('says the same where the answer stopped in its middle', async () => {
    const over = new AbortController()
    answer = (outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' })
      outgoing.write('{"ok":', () => over.abort())
    }

    expect(await failureOf(ask(over.signal))).toEqual(['stopped: no answer in time', true])
  })

  it('leaves the next request on the same connection alone', async () => {
    const over = new AbortController()
    answer = (outgoing) => {
      outgoing.once('finish', () => over.abort())
      outgoing.writeHead(200).end('{"ok":true}')
    }
    await ask(over.signal)
    answer = (outgoing) => {
      // Long enough for whatever the first one left behind.
      setImmediate(() => setImmediate(() => setImmediate(() => setImmediate(() => outgoing.end('{"ok":true}')))))
    }

    const answers = await Promise.all([1, 2, 3].map(() => ask(new AbortController().signal)))

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})
