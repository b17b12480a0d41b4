import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { FakeSlackApi } from './fake-slack-api.ts'
import type { RecordedCall, SaidMessage, SlackFault, StoredMessage } from './fake-slack-api.ts'
import { openFakeSocket } from './fake-socket.ts'
import { hungUp } from '../hung-up.ts'
import type { FakeSlackFiles } from './fake-slack-files.ts'
import type { FakeSlackRooms } from './fake-slack-rooms.ts'
import type { FakeForm } from './fake-slack-views.ts'
import type { FakeSocket } from './fake-socket.ts'

export interface FakeSlackOptions {
  readonly botToken?: string
  readonly appToken?: string
}

/** What was sent to a `response_url`. */
export interface RecordedResponse {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Slack's side of the wire on loopback: the Web API with its state, its checks and its failures, response addresses, and
 * Socket Mode. Counts everything that reached it.
 */
export interface FakeSlack {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string
  /** What `SLACK_API_URL` is set to. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly calls: readonly RecordedCall[]
  readonly responses: readonly RecordedResponse[]
  readonly socket: FakeSocket
  /** What people said; what is added can be read. */
  readonly said: SaidMessage[]
  /** By user: what is published on their home. */
  readonly homes: ReadonlyMap<string, unknown>
  callsOf(method: string): readonly RecordedCall[]
  messagesIn(channel: string): readonly StoredMessage[]
  /** Everything one person alone was shown: ephemeral messages, and answers to response addresses. */
  shownTo(user: string): readonly Readonly<Record<string, unknown>>[]
  /** The next call of this method (or of any, `*`) fails that way; several are used up in order. */
  failNext(method: string, ...faults: readonly SlackFault[]): void
  /** Nothing is answered until it is over. */
  setOutage(isOut: boolean): void
  channels: { missing: Set<string>; archived: Set<string>; without: Set<string> }
  /** Channels that were made for incidents. */
  readonly rooms: FakeSlackRooms
  readonly files: FakeSlackFiles
  scopes: readonly string[]
  /** Accounts that are not full members of T0001; `null` for one that Slack does not know. */
  users: Map<string, Readonly<Record<string, unknown>> | null>
  /** Token → what `auth.test` says of it. */
  installs: Map<string, Readonly<Record<string, unknown>>>
  /** Code → what `oauth.v2.access` gives for it, once. */
  grants: Map<string, Readonly<Record<string, unknown>>>
  /** A trigger as a press brings it: for three seconds, once. */
  issueTrigger(): string
  /** As if so much time had passed for every trigger. */
  passTime(ms: number): void
  /** The forms with something to fill in that stand open, each as it is now. */
  forms(): readonly FakeForm[]
  /** Those besides that only say something: that a form comes, or why none does. */
  notices(): readonly FakeForm[]
  /** The person closes whatever is open. */
  closeForms(): void
  issueResponseUrl(user: string): string
  close(): Promise<void>
}

const isFilledIn = ({ blocks }: FakeForm) => blocks.some(({ type }) => type === 'input')

export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const botToken = options.botToken ?? 'xoxb-test-0001'
  const appToken = options.appToken ?? 'xapp-test-0001'
  const responses: RecordedResponse[] = []
  const responseUsers = new Map<string, string>()
  let isOut = false
  const server = http.createServer((incoming, outgoing) => {
    if (isOut) {
      incoming.socket.destroy()
      return
    }
    void readBody(incoming).then((bytes) => {
      const body = bytes.toString()
      const path = incoming.url ?? '/'
      if (path.startsWith('/upload/')) api.files.take(path, bytes, outgoing)
      else if (path.startsWith('/api/')) api.handle(incoming, body, outgoing)
      else answerResponse(path, body, outgoing)
    }, hungUp)
  })
  const answerResponse = (path: string, body: string, outgoing: http.ServerResponse) => {
    if (!responseUsers.has(path)) {
      outgoing.writeHead(404).end('expired_url')
      return
    }
    responses.push({ path, body: JSON.parse(body) as Record<string, unknown> })
    outgoing.writeHead(200).end('ok')
  }
  const socket = openFakeSocket(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const api = new FakeSlackApi({ botToken, appToken, socketUrl: `ws://${host}/socket` })
  return {
    origin: `http://${host}`,
    apiUrl: `http://${host}/api/`,
    botToken,
    appToken,
    calls: api.calls,
    said: api.said,
    homes: api.homes,
    responses,
    socket,
    channels: api.channels,
    rooms: api.rooms,
    files: api.files,
    users: api.users,
    installs: api.installs,
    grants: api.grants,
    get scopes() {
      return api.scopes
    },
    set scopes(scopes) {
      api.scopes = scopes
    },
    callsOf: (method) => api.calls.filter((call) => call.method === method),
    messagesIn: (channel) => api.messages.filter((message) => message.channel === channel),
    shownTo: (user) => [
      ...api.ephemerals.filter((message) => message['user'] === user),
      ...responses.filter(({ path }) => responseUsers.get(path) === user).map(({ body }) => body),
    ],
    failNext: (method, ...faults) => api.failNext(method, faults),
    setOutage: (out) => {
      isOut = out
      if (out) {
        server.closeAllConnections()
        socket.cut()
      }
    },
    issueTrigger: () => api.views.issueTrigger(),
    passTime: (ms) => api.views.passTime(ms),
    forms: () => api.views.all().filter(isFilledIn),
    notices: () => api.views.all().filter((form) => !isFilledIn(form)),
    closeForms: () => api.views.closeAll(),
    issueResponseUrl: (user) => {
      const path = `/respond/${String(responseUsers.size + 1)}`
      responseUsers.set(path, user)
      return `http://${host}${path}`
    },
    close: async () => {
      api.views.close()
      socket.cut()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
