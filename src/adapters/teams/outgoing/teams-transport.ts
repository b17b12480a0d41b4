import http from 'node:http'
import https from 'node:https'

/** The request failed without an answer. What was not sent can be sent again; what was sent may have arrived. */
export class TeamsTransportError extends Error {
  readonly wasSent: boolean

  constructor(message: string, wasSent: boolean, cause: unknown) {
    super(message, { cause })
    this.name = 'TeamsTransportError'
    this.wasSent = wasSent
  }
}

export interface TeamsRequestToSend {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
}

export interface TeamsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface TeamsTransport {
  send(request: TeamsRequestToSend): Promise<TeamsAnswer>
  close(): void
}

const IDLE_MS = 20_000
const TIMEOUT_MS = 10_000
const MOST_ANSWER_BYTES = 4 * 1024 * 1024

/**
 * Kept connections, no redirects, no tries of its own, and errors that say whether anything was sent. The SDK's own
 * client repeats a post whose answer was lost, which makes two cards of one.
 */
export function openTeamsTransport(): TeamsTransport {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 64 }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: 64 }),
  }
  return {
    send: (request) => send(request, agents),
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

function send(request: TeamsRequestToSend, agents: Agents): Promise<TeamsAnswer> {
  const own = AbortSignal.timeout(TIMEOUT_MS)
  const deadline = request.signal === undefined ? own : AbortSignal.any([own, request.signal])
  if (deadline.aborted) return Promise.reject(new TeamsTransportError('stopped before it began', false, undefined))
  return new Promise((resolve, reject) => {
    const url = new URL(request.url)
    const outgoing = openRequest(url, request, agents)
    let isConnected = false
    const connected = () => {
      isConnected = true
    }
    const stop = () => outgoing.destroy(new Error('stopped: no answer in time'))
    const fail = (cause: unknown) => {
      deadline.removeEventListener('abort', stop)
      reject(new TeamsTransportError(messageOf(cause), isConnected, cause))
    }
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected()
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
    })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      readAnswer(incoming).then((answer) => {
        deadline.removeEventListener('abort', stop)
        resolve(answer)
      }, fail)
    })
    deadline.addEventListener('abort', stop, { once: true })
    outgoing.end(request.body)
  })
}

function openRequest(url: URL, { method, headers, body }: TeamsRequestToSend, agents: Agents): http.ClientRequest {
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
  const options = { method, headers: { ...headers, ...length, 'Accept-Encoding': 'identity' } }
  return url.protocol === 'https:'
    ? https.request(url, { ...options, agent: agents['https:'] })
    : http.request(url, { ...options, agent: agents['http:'] })
}

async function readAnswer(incoming: http.IncomingMessage): Promise<TeamsAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > MOST_ANSWER_BYTES) throw new Error('the answer is too long')
  }
  if (!incoming.complete) throw new Error('the answer ended early')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return { status: incoming.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') }
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'connection failed'
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code}: ` : ''
  return `${code}${cause.message || 'connection failed'}`
}
