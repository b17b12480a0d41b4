import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface SandboxRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly header: (name: string) => string | undefined
  readonly text: string
}

export interface SandboxAnswer {
  readonly status: number
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface LoopbackServer {
  readonly url: string
  close(): Promise<void>
}

export type Handler = (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>

const LARGEST_BODY = 1024 * 1024

/** One simulated vendor: an HTTP server that only this machine can reach. */
export async function openLoopbackServer(handler: Handler, port = 0): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  const server = createServer((incoming, outgoing) => {
    void serve(handler, incoming, outgoing)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const request = await readRequest(incoming)
    send(outgoing, request === undefined ? { status: 413, body: 'Too large.' } : await handler(request))
  } catch (cause) {
    send(outgoing, { status: 500, body: cause instanceof Error ? cause.message : String(cause) })
  }
}

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length
    if (size > LARGEST_BODY) return undefined
    chunks.push(chunk as Buffer)
  }
  const url = new URL(incoming.url ?? '/', 'http://sandbox.invalid')
  const header = (name: string): string | undefined => {
    const value = incoming.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, header, text }
}

function send(outgoing: ServerResponse, { status, body, headers }: SandboxAnswer): void {
  if (outgoing.destroyed || outgoing.headersSent) return
  const isText = typeof body === 'string'
  outgoing.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json', ...headers })
  if (body === undefined) outgoing.end()
  else outgoing.end(isText ? body : JSON.stringify(body))
}
