import { http, https } from './node-http.ts'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { isOverNow } from '../../kernel/bounded-signal.ts'

export interface HttpExchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  readonly deadline: AbortSignal
  readonly maxResponseBytes: number
  readonly effect: boolean
  readonly lookup: LookupFunction | undefined
}

export type ExchangeResult =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly bytes: Buffer
    }
  /** The answer began and did not end, or was too long. */
  | { readonly kind: 'broken'; readonly status: number; readonly cause: Error }
  /** Written, at least in part, and no answer. */
  | { readonly kind: 'unanswered'; readonly cause: Error; readonly wasReused: boolean }
  /** The connection never stood: not one byte of the request left us. */
  | { readonly kind: 'not_sent'; readonly cause: Error }

export interface ExchangeTimes {
  connectedAtMs: number | null
  firstByteAtMs: number | null
}

// Shorter than the five seconds after which many servers close an idle connection.
const IDLE_MS = 4_000
const SHARED_AGENTS = {
  'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 32 }),
  'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 32 }),
}
// A kept connection may be closed by the other side at the moment we write to it, and then nobody knows whether the
// request arrived. A request with an effect therefore gets a connection of its own: whatever fails before it stands
// has provably not been sent.
const FRESH_AGENTS = {
  'http:': new http.Agent({ keepAlive: false }),
  'https:': new https.Agent({ keepAlive: false }),
}

/**
 * One request, one answer, no redirects, no retries. Never rejects: what went wrong is part of the result.
 *
 *   connecting → the connection stands, in time → written → answered, broken or unanswered
 *              → it stands too late, or not     → not_sent: with an effect not one byte is written before it stands
 */
export function exchange(request: HttpExchange, times: ExchangeTimes): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const outgoing = open(request)
    let isConnected = false
    const connected = () => {
      // A replica that stood still meanwhile learns first that it is connected, and would send what another one has sent.
      if (request.effect && isOverNow(request.deadline)) return
      isConnected = true
      times.connectedAtMs = performance.now()
      if (request.effect) outgoing.end(request.body)
    }
    const stop = () => outgoing.destroy(toError(request.deadline.reason))
    const settle = (result: ExchangeResult) => {
      request.deadline.removeEventListener('abort', stop)
      resolve(result)
    }
    outgoing.on('socket', (socket) => {
      // A socket that is connected already is one that was kept.
      if (!socket.connecting) connected()
      else socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
    })
    outgoing.on('response', (incoming) => {
      times.firstByteAtMs = performance.now()
      void readBody(incoming, request.maxResponseBytes).then(settle)
    })
    outgoing.on('error', (cause) => {
      settle(
        isConnected ? { kind: 'unanswered', cause, wasReused: outgoing.reusedSocket } : { kind: 'not_sent', cause },
      )
    })
    request.deadline.addEventListener('abort', stop, { once: true })
    if (!request.effect) outgoing.end(request.body)
  })
}

function open(request: HttpExchange): ClientRequest {
  const isTls = request.url.protocol === 'https:'
  const agents = request.effect || request.lookup !== undefined ? FRESH_AGENTS : SHARED_AGENTS
  const length = request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }
  const options = {
    method: request.method,
    headers: { 'accept-encoding': 'identity', 'user-agent': 'countersign', ...length, ...request.headers },
    ...(request.lookup === undefined ? {} : { lookup: request.lookup }),
  }
  return isTls
    ? https.request(request.url, { ...options, agent: agents['https:'] })
    : http.request(request.url, { ...options, agent: agents['http:'] })
}

function readBody(incoming: IncomingMessage, maxBytes: number): Promise<ExchangeResult> {
  const status = incoming.statusCode ?? 0
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) incoming.destroy(new Error(`the answer is longer than ${String(maxBytes)} bytes`))
      else chunks.push(chunk)
    })
    incoming.on('end', () => {
      resolve({ kind: 'answered', status, headers: incoming.headers, bytes: Buffer.concat(chunks) })
    })
    incoming.on('error', (cause) => {
      resolve({ kind: 'broken', status, cause })
    })
    incoming.on('close', () => {
      resolve({ kind: 'broken', status, cause: new Error('the answer ended early') })
    })
  })
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('stopped')
}
