import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface GateSettings {
  /** Where emulate listens. */
  readonly slackUrl: string
  readonly botToken: string
  /** Prism before it, which takes seconds to start; undefined without a specification. */
  readonly checked: Promise<CheckedMethods> | undefined
}

export interface CheckedMethods {
  readonly url: string
  /** Those that the specification knows. */
  readonly methods: ReadonlySet<string>
}

export interface GateCall {
  readonly method: string
  readonly args: Readonly<Record<string, string>>
  readonly wasChecked: boolean
}

/** What was sent to one person alone, by a `response_url`. */
export interface PrivateAnswer {
  readonly user: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * What the product takes for Slack's API: hands each call to Prism where the specification of 2020 knows the method and
 * else to emulate, and keeps the response addresses, which emulate does not have. It demands the token itself: emulate
 * takes every unknown one for an administrator's.
 */
export interface SlackGate {
  readonly apiUrl: string
  readonly calls: readonly GateCall[]
  /** Calls that Prism refused, and why: there must be none. */
  readonly misfits: readonly string[]
  /** Calls without the bot's token. */
  readonly strangers: readonly string[]
  readonly answers: readonly PrivateAnswer[]
  /** An address at which this person alone is answered. */
  issueResponseUrl(user: string): string
  close(): Promise<void>
}

export async function openSlackGate(settings: GateSettings): Promise<SlackGate> {
  const calls: GateCall[] = []
  const misfits: string[] = []
  const strangers: string[] = []
  const answers: PrivateAnswer[] = []
  const listeners = new Map<string, string>()

  const forward = async (method: string, incoming: http.IncomingMessage, body: string): Promise<Answer> => {
    const { slackUrl, botToken } = settings
    if (incoming.headers.authorization !== `Bearer ${botToken}`) {
      strangers.push(method)
      return { status: 200, type: 'application/json', body: '{"ok":false,"error":"invalid_auth"}' }
    }
    const checked = await settings.checked
    const isChecked = checked?.methods.has(method) ?? false
    calls.push({ method, args: Object.fromEntries(new URLSearchParams(body)), wasChecked: isChecked })
    const answer = await send(isChecked ? (checked?.url ?? slackUrl) : slackUrl, method, incoming, body)
    if (answer.status === 422) misfits.push(`${method}: ${answer.body}`)
    return answer
  }
  const answerPerson = (path: string, body: string): Answer => {
    const user = listeners.get(path)
    if (user === undefined) return { status: 404, type: 'text/plain', body: 'expired_url' }
    answers.push({ user, body: JSON.parse(body) as Record<string, unknown> })
    return { status: 200, type: 'text/plain', body: 'ok' }
  }
  const server = http.createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    readText(incoming)
      .then((body) =>
        path.startsWith('/api/') ? forward(path.replace('/api/', ''), incoming, body) : answerPerson(path, body),
      )
      .then(({ status, type, body }) => outgoing.writeHead(status, { 'content-type': type }).end(body))
      .catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ apiUrl: `${origin}/api/`, calls, misfits, strangers, answers },
    issueResponseUrl: (user) => {
      const path = `/respond/${listeners.size + 1}`
      listeners.set(path, user)
      return `${origin}${path}`
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function send(base: string, method: string, incoming: http.IncomingMessage, body: string): Promise<Answer> {
  const { authorization = '', 'content-type': type = 'application/x-www-form-urlencoded' } = incoming.headers
  const headers = { authorization, 'content-type': type }
  const response = await fetch(`${base}/api/${method}`, { method: 'POST', headers, body })
  const answered = response.headers.get('content-type') ?? 'application/json'
  return { status: response.status, type: answered, body: await response.text() }
}

async function readText(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
