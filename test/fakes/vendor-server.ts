import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { hungUp } from './hung-up.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Parsed JSON; undefined without a body or when it is none. */
  readonly body: unknown
}

export interface FakeAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `effect-…` let the request have its effect and then lose the answer; `hang` and `drop` come before any effect. */
export type FaultKind =
  'effect-then-502' | 'effect-then-garbage' | 'effect-then-hang' | 'effect-then-drop' | 'hang' | 'drop'

export type Fault = {
  /** How many matching requests it hits; default 1. */
  readonly times?: number
  readonly matches?: (request: SeenRequest) => boolean
} & (
  | { readonly kind: FaultKind }
  | { readonly kind: 'latency'; readonly delayMs: number }
  /** The effect comes when the promise is kept, however long that takes. */
  | { readonly kind: 'held'; readonly until: Promise<void> }
  | { readonly kind: 'answer'; readonly answer: FakeAnswer }
)

export type FakeHandler = (request: SeenRequest) => FakeAnswer

/**
 * The common part of the fake vendors: a real HTTP server on loopback that records what it sees and can misbehave on
 * demand. What a request does and how often is counted by the vendor's own fake.
 */
export class VendorServer {
  readonly requests: SeenRequest[] = []
  readonly #handler: FakeHandler
  readonly #sockets = new Set<Socket>()
  #faults: { readonly fault: Fault; left: number }[] = []
  #server: Server | null = null
  #port = 0

  constructor(handler: FakeHandler) {
    this.#handler = handler
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`
  }

  /** Listens, and again on the same port after `refuse`. */
  async listen(): Promise<void> {
    const server = createServer((incoming, outgoing) => {
      void readRequest(incoming).then((request) => this.#serve(request, incoming, outgoing), hungUp)
    })
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Nothing listens any more: connections are refused. */
  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async close(): Promise<void> {
    this.#faults = []
    await this.refuse()
  }

  inject(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  async #serve(request: SeenRequest, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.requests.push(request)
    const fault = this.#takeFault(request)
    await waitFor(fault)
    switch (fault?.kind) {
      case 'hang':
        return
      case 'drop':
        incoming.socket.destroy()
        return
      case 'answer':
        send(outgoing, fault.answer)
        return
      default:
        break
    }
    lose(fault?.kind, this.#handler(request), outgoing)
  }

  #takeFault(request: SeenRequest): Fault | undefined {
    const found = this.#faults.find(({ fault, left }) => left > 0 && (fault.matches?.(request) ?? true))
    if (found !== undefined) found.left -= 1
    return found?.fault
  }
}

/** The effect has happened; what comes back is another matter. */
function lose(kind: Fault['kind'] | undefined, answer: FakeAnswer, outgoing: ServerResponse): void {
  if (kind === 'effect-then-hang') return
  if (kind === 'effect-then-drop') outgoing.destroy()
  else if (kind === 'effect-then-502') send(outgoing, { status: 502, body: 'Bad Gateway' })
  else if (kind === 'effect-then-garbage') send(outgoing, { status: answer.status, body: '<html>{"a' })
  else send(outgoing, answer)
}

/** What comes late has its effect all the same. */
async function waitFor(fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'latency') await delay(fault.delayMs)
  if (fault?.kind === 'held') await fault.until
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const text = (await bytesOf(incoming)).toString('utf8')
  const url = new URL(incoming.url ?? '/', 'http://fake.invalid')
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    text,
    body: parse(text),
  }
}

function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.once('end', () => {
      resolve(Buffer.concat(chunks))
    })
    incoming.once('error', reject)
  })
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function send(outgoing: ServerResponse, answer: FakeAnswer): void {
  if (outgoing.destroyed) return
  const { body } = answer
  outgoing.writeHead(answer.status, {
    'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
    ...answer.headers,
  })
  if (body === undefined) outgoing.end()
  else outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
}
