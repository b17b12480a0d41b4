import http from 'node:http'
import https from 'node:https'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { webApi } from '@slack/bolt'

type FetchFunction = NonNullable<webApi.WebClientOptions['fetch']>
type FetchInit = Parameters<FetchFunction>[1]
type FetchResponse = Awaited<ReturnType<FetchFunction>>

/** The request failed without an answer. What was not sent can be sent again; what was sent may have arrived. */
export class SlackTransportError extends Error {
  readonly wasSent: boolean

  constructor(message: string, wasSent: boolean, cause: unknown) {
    super(message, { cause })
    this.name = 'SlackTransportError'
    this.wasSent = wasSent
  }
}

export interface SlackTransport {
  /** What Bolt's web client sends with. */
  readonly fetch: FetchFunction
  /** The bytes of a file, to an address that was given for them. */
  upload(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<Pick<FetchResponse, 'ok' | 'status'>>
  /** Requests that `work` sends end when the signal does: the web client itself has no way to say so. */
  withSignal<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
  close(): void
}

const IDLE_MS = 20_000
const FILE = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' } }
const MOST_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * Kept connections, no redirects, and errors that say whether anything was sent. A new TLS connection for every card
 * would cost more than the card; the price is that a post on a connection which the other side just closed counts as
 * one that may have arrived, and is then looked for.
 */
export function openSlackTransport(): SlackTransport {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 64 }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 64 }),
  }
  const signals = new AsyncLocalStorage<AbortSignal>()
  return {
    fetch: (url, init) => fetchText(new URL(url), init, signals.getStore(), agents),
    upload: (url, bytes, signal) => send(new URL(url), { ...FILE, body: bytes }, signal, agents),
    withSignal: (signal, work) => signals.run(signal, work),
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

interface Agents {
  readonly 'http:': http.Agent
  readonly 'https:': https.Agent
}

/** What Bolt's client sends is text. */
function fetchText(url: URL, init: FetchInit, signal: AbortSignal | undefined, agents: Agents): Promise<FetchResponse> {
  if (typeof init?.body !== 'string') return Promise.reject(new TypeError('Only text is sent to Slack.'))
  const { method = 'POST', headers = {}, body } = init
  return send(url, { method, headers: { ...headers }, body, signal: init.signal }, signal, agents)
}

interface Outgoing {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly signal?: AbortSignal | undefined
}

function send(url: URL, sent: Outgoing, signal: AbortSignal | undefined, agents: Agents): Promise<FetchResponse> {
  const signals = [signal, sent.signal].filter((one) => one !== undefined)
  const deadline = AbortSignal.any(signals)
  if (deadline.aborted) return Promise.reject(new SlackTransportError('stopped before it began', false, undefined))
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(url, sent, agents)
    let isConnected = false
    let isOver = false
    const connected = () => {
      isConnected = true
    }
    const stop = () => {
      afterReading(() => {
        // A connection that is kept may carry another request by now.
        if (!isOver) outgoing.destroy(new Error(TOO_LATE))
      })
    }
    const settle = () => {
      isOver = true
      deadline.removeEventListener('abort', stop)
    }
    const fail = (cause: unknown) => {
      settle()
      // An answer that is cut off by its deadline says of itself only that it was.
      reject(new SlackTransportError(deadline.aborted ? TOO_LATE : messageOf(cause), isConnected, cause))
    }
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected()
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
    })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      readAnswer(incoming).then((answer) => {
        settle()
        resolve(responseOf(url, incoming, answer))
      }, fail)
    })
    deadline.addEventListener('abort', stop, { once: true })
    outgoing.end(sent.body)
  })
}

const TOO_LATE = 'stopped: no answer in time'
/** Rounds of the event loop, each of which reads what has come in. */
const ROUNDS = 4

/**
 * A process that was kept from the processor finds both at once: the time over, and the answer there, unread. What is there
 * is read first; else a busy machine would make an outcome that nobody knows of one that Slack has told.
 */
function afterReading(then: () => void, rounds = ROUNDS): void {
  setImmediate(() => {
    if (rounds === 0) then()
    else afterReading(then, rounds - 1)
  })
}

function openRequest(url: URL, { method, headers, body }: Outgoing, agents: Agents): http.ClientRequest {
  const options = {
    method,
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body), 'Accept-Encoding': 'identity' },
  }
  return url.protocol === 'https:'
    ? https.request(url, { ...options, agent: agents['https:'] })
    : http.request(url, { ...options, agent: agents['http:'] })
}

async function readAnswer(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > MOST_ANSWER_BYTES) throw new Error('the answer is too long')
  }
  if (!incoming.complete) throw new Error('the answer ended early')
  return Buffer.concat(chunks)
}

/** Slack always says how long to wait; should it not, half a minute is what we take. */
const DEFAULT_RETRY_AFTER = '30'

function responseOf(url: URL, incoming: http.IncomingMessage, bytes: Buffer): FetchResponse {
  const status = incoming.statusCode ?? 0
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  if (status === 429 && !/^\d{1,6}$/.test(headers.get('retry-after') ?? '')) {
    headers.set('retry-after', DEFAULT_RETRY_AFTER)
  }
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: incoming.statusMessage ?? '',
    url: url.href,
    headers,
    arrayBuffer: async () => new Uint8Array(bytes).buffer,
    json: async () => JSON.parse(bytes.toString('utf8')) as unknown,
    text: async () => bytes.toString('utf8'),
  }
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'connection failed'
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code}: ` : ''
  return `${code}${cause.message || 'connection failed'}`
}
