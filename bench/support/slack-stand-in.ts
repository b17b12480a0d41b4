import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeSlackApi } from '../../test/fakes/slack/fake-slack-api.ts'
import { BOT_TOKEN } from './names.ts'
import { monotonicMs } from './monotonic.ts'
import type { RecordedCall, StoredMessage } from '../../test/fakes/slack/fake-slack-api.ts'

/**
 * Slack's Web API in a process of its own, with the state and the checks of the tests' fake. It notes when each request
 * had arrived whole, by the monotonic clock that all processes of a machine share, and sends what came in a batch.
 *
 * To its parent: `{ port }` once, then `{ arrivals }`. From its parent: anything asks for the arrivals so far.
 */
export interface SlackArrival {
  readonly method: string
  readonly channel: string
  /** Empty for what is no post. */
  readonly ts: string
  /** Of a card's first post; null for everything else. */
  readonly incidentId: string | null
  /** What `markOf` of the sender put into the alert. */
  readonly mark: string | null
  readonly atMs: number
}

const MARK = /bnch\d{6}x/
const api = new FakeSlackApi({ botToken: BOT_TOKEN, appToken: 'none', socketUrl: 'ws://127.0.0.1:1/' })
let arrivals: SlackArrival[] = []

const server = http.createServer((incoming, outgoing) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const atMs = monotonicMs()
    const body = Buffer.concat(chunks).toString()
    api.handle(incoming, body, outgoing)
    const [call, message] = [api.calls.at(-1), api.messages.at(-1)]
    // Noted after the answer: the product must not wait for the measuring.
    if (call !== undefined) setImmediate(() => note(call, message, atMs))
  })
})

function note({ method, args }: RecordedCall, last: StoredMessage | undefined, atMs: number): void {
  const message = method === 'chat.postMessage' ? last : undefined
  const cardId = message?.metadata?.event_payload['card_id']
  arrivals.push({
    method,
    channel: String(args['channel']),
    ts: message?.ts ?? '',
    incidentId: typeof cardId === 'string' ? (cardId.split('/')[0] ?? null) : null,
    mark: MARK.exec(JSON.stringify(args['blocks'] ?? ''))?.[0] ?? null,
    atMs,
  })
}

process.on('message', () => {
  process.send?.({ arrivals })
  arrivals = []
})
process.on('disconnect', () => server.close())
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
