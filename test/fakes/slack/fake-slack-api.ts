import type http from 'node:http'
import { FakeSlackFiles } from './fake-slack-files.ts'
import { FakeSlackRooms } from './fake-slack-rooms.ts'
import { FakeSlackViews } from './fake-slack-views.ts'
import { MOST_BLOCKS_JSON, checkBlocks, checkChart, checkHome } from './block-limits.ts'

export interface RecordedCall {
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  /** By this process's clock that never jumps. */
  readonly atMs: number
  /** Whose token it came with; null for the bot token of the options, and for none. */
  readonly home: string | null
}

export interface StoredMessage {
  readonly channel: string
  readonly ts: string
  readonly threadTs: string | null
  text: string
  blocks: readonly Readonly<Record<string, unknown>>[]
  readonly metadata: { readonly event_type: string; readonly event_payload: Readonly<Record<string, unknown>> } | null
  updates: number
}

export interface SaidMessage {
  readonly channel: string
  readonly ts: string
  readonly threadTs: string | null
  readonly user: string
  readonly text: string
}

export type SlackFault =
  | { readonly kind: 'rate_limited'; readonly seconds: number }
  | { readonly kind: 'status'; readonly status: number }
  /** Slack's own refusal, with a code. */
  | { readonly kind: 'error'; readonly code: string }
  /** It is done, and the answer never comes. */
  | { readonly kind: 'answer_lost' }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'html' }

type Args = Readonly<Record<string, unknown>>
type Answer = Record<string, unknown>
type Outcome = { readonly ok: boolean; readonly answer: Answer }

export class FakeSlackApi {
  readonly calls: RecordedCall[] = []
  readonly messages: StoredMessage[] = []
  readonly ephemerals: Args[] = []
  /** What people said, which the bot did not post. */
  readonly said: SaidMessage[] = []
  readonly rooms = new FakeSlackRooms()
  readonly files: FakeSlackFiles
  readonly views = new FakeSlackViews()
  readonly homes = new Map<string, unknown>()
  readonly channels = { missing: new Set<string>(), archived: new Set<string>(), without: new Set<string>() }
  scopes: readonly string[] = []
  /** What differs from a full member of T0001; `null` for an account that Slack does not know. */
  readonly users = new Map<string, Readonly<Record<string, unknown>> | null>()
  /** Installations besides that of the bot token: token → what `auth.test` says of it. */
  readonly installs = new Map<string, Readonly<Record<string, unknown>>>()
  /** What `oauth.v2.access` gives for a code, once; the token in it becomes one of the installations. */
  readonly grants = new Map<string, Readonly<Record<string, unknown>>>()
  readonly #settings: { readonly botToken: string; readonly appToken: string; readonly socketUrl: string }
  readonly #faults = new Map<string, SlackFault[]>()
  #lastTs = 0
  /** Every method that this Slack knows; any other is refused as Slack refuses it. */
  readonly #methods: Readonly<Record<string, (args: Args, token: string) => Outcome>> = {
    'auth.test': (_args, token) => done({ ...IDENTITY, ...this.installs.get(token) }),
    'auth.revoke': (_args, token) => done({ revoked: this.installs.delete(token) }),
    'oauth.v2.access': (args) => this.#exchange(args),
    'apps.connections.open': () => done({ url: this.#settings.socketUrl }),
    'chat.postMessage': (args) => this.#post(args),
    'chat.update': (args) => this.#update(args),
    'chat.postEphemeral': (args) => this.#postEphemeral(args),
    'conversations.history': (args) => this.#history(args, (one) => one.threadTs === null),
    'conversations.replies': (args) =>
      this.#history(args, (one) => [one.threadTs, one.ts].includes(String(args['ts']))),
    'conversations.info': (args) => this.#info(String(args['channel'])),
    'conversations.open': (args) => done({ channel: { id: `D${String(args['users'])}` } }),
    'users.info': (args) => this.#user(String(args['user'])),
    'chat.getPermalink': (args) => this.#permalink(args),
    ...this.views.methods,
    'views.publish': (args) => this.#publish(args),
    'files.getUploadURLExternal': (args) => this.files.offer(args),
    'files.completeUploadExternal': (args) => this.files.complete(args),
    ...this.rooms.methods,
  }

  constructor(settings: { readonly botToken: string; readonly appToken: string; readonly socketUrl: string }) {
    this.#settings = settings
    this.files = new FakeSlackFiles(settings.socketUrl.replace('ws:', 'http:').replace('/socket', ''))
  }

  failNext(method: string, faults: readonly SlackFault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults])
  }

  handle(incoming: http.IncomingMessage, body: string, outgoing: http.ServerResponse): void {
    const method = (incoming.url ?? '').replace('/api/', '')
    const args = readArgs(body)
    const token = (incoming.headers.authorization ?? '').replace('Bearer ', '')
    this.calls.push({ method, args, atMs: performance.now(), home: this.#homeOf(token) })
    const fault = this.#faults.get(method)?.shift() ?? this.#faults.get('*')?.shift()
    if (fault !== undefined && this.#fail(fault, incoming, outgoing)) return
    const outcome = this.#perform(method, args, token)
    if (fault?.kind === 'answer_lost') incoming.socket.destroy()
    else this.#answer(outgoing, outcome.answer, { ok: outcome.ok })
  }

  /** False when the call is performed all the same. */
  #fail(fault: SlackFault, incoming: http.IncomingMessage, outgoing: http.ServerResponse): boolean {
    switch (fault.kind) {
      case 'answer_lost':
        return false
      case 'rate_limited':
        outgoing.writeHead(429, { 'retry-after': String(fault.seconds) }).end('')
        return true
      case 'status':
        outgoing.writeHead(fault.status).end('oops')
        return true
      case 'error':
        this.#answer(outgoing, { error: fault.code }, { ok: false })
        return true
      case 'reset':
        incoming.socket.destroy()
        return true
      case 'hang':
        return true
      case 'html':
        outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>')
        return true
    }
  }

  #answer(outgoing: http.ServerResponse, answer: Answer, { ok }: { ok: boolean }): void {
    const scopes = this.scopes.length === 0 ? {} : { 'x-oauth-scopes': this.scopes.join(',') }
    outgoing.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...scopes })
    outgoing.end(JSON.stringify({ ok, ...answer }))
  }

  #perform(method: string, args: Args, token: string): Outcome {
    const expected = method === 'apps.connections.open' ? this.#settings.appToken : this.#settings.botToken
    const isKnown = token === expected || this.installs.has(token) || method === 'oauth.v2.access'
    if (!isKnown) return failed('invalid_auth')
    return this.#methods[method]?.(args, token) ?? failed('unknown_method')
  }

  #homeOf(token: string): string | null {
    const { team_id: team, enterprise_id: enterprise } = this.installs.get(token) ?? {}
    return typeof team === 'string' ? team : typeof enterprise === 'string' ? enterprise : null
  }

  #exchange(args: Args): Outcome {
    const code = String(args['code'])
    const grant = this.grants.get(code)
    if (grant === undefined) return failed('invalid_code')
    this.grants.delete(code)
    const { team, enterprise } = grant as { team?: { id: string }; enterprise?: { id: string } }
    const isOrganisation = grant['is_enterprise_install'] === true
    this.installs.set(String(grant['access_token']), {
      team_id: isOrganisation ? null : team?.id,
      enterprise_id: enterprise?.id ?? null,
      is_enterprise_install: isOrganisation,
    })
    return done(grant)
  }

  #refuseMessage(args: Args): Outcome | undefined {
    const channel = String(args['channel'])
    if (this.channels.missing.has(channel)) return failed('channel_not_found')
    if (this.channels.archived.has(channel)) return failed('is_archived')
    if (this.channels.without.has(channel)) return failed('not_in_channel')
    if (args['text'] === undefined && args['blocks'] === undefined) return failed('no_text')
    if (args['blocks'] === undefined) return undefined
    const blocks = args['blocks']
    const isChart = (block: unknown) => (block as { type?: unknown }).type === 'data_visualization'
    const charts = this.files.takesCharts && Array.isArray(blocks) ? blocks.filter(isChart) : []
    const others = charts.length === 0 ? blocks : (blocks as unknown[]).filter((block) => !isChart(block))
    const problems = [...checkBlocks(others), ...charts.flatMap(checkChart), ...this.files.problemsOf(blocks)]
    if (problems.length > 0) return failed('invalid_blocks', { response_metadata: { messages: problems } })
    return JSON.stringify(args['blocks']).length > MOST_BLOCKS_JSON ? failed('msg_blocks_too_long') : undefined
  }

  #post(args: Args): Outcome {
    const refused = this.#refuseMessage(args)
    if (refused !== undefined) return refused
    const message: StoredMessage = {
      channel: String(args['channel']),
      ts: this.#nextTs(),
      threadTs: (args['thread_ts'] as string | undefined) ?? null,
      text: textOf(args),
      blocks: (args['blocks'] as StoredMessage['blocks'] | undefined) ?? [],
      metadata: (args['metadata'] as StoredMessage['metadata'] | undefined) ?? null,
      updates: 0,
    }
    this.messages.push(message)
    return done({ channel: message.channel, ts: message.ts, message: { text: message.text } })
  }

  #update(args: Args): Outcome {
    const refused = this.#refuseMessage(args)
    if (refused !== undefined) return refused
    const message = this.messages.find((one) => one.channel === args['channel'] && one.ts === args['ts'])
    if (message === undefined) return failed('message_not_found')
    message.text = textOf(args)
    // As Slack does: an update without blocks removes them.
    message.blocks = (args['blocks'] as StoredMessage['blocks'] | undefined) ?? []
    message.updates += 1
    return done({ channel: message.channel, ts: message.ts, text: message.text })
  }

  #postEphemeral(args: Args): Outcome {
    const refused = this.#refuseMessage(args)
    if (refused !== undefined) return refused
    this.ephemerals.push(args)
    return done({ message_ts: this.#nextTs() })
  }

  #history(args: Args, isThere: (message: Pick<StoredMessage, 'ts' | 'threadTs'>) => boolean): Outcome {
    const channel = String(args['channel'])
    if (this.channels.missing.has(channel)) return failed('channel_not_found')
    const oldest = Number(args['oldest'] ?? 0)
    const limit = Number(args['limit'] ?? 100)
    const offset = Number(args['cursor'] ?? 0)
    const latest = Number(args['latest'] ?? Number.MAX_SAFE_INTEGER)
    const isAsked = (one: StoredMessage | SaidMessage) =>
      one.channel === channel && isThere(one) && Number(one.ts) >= oldest && Number(one.ts) <= latest
    const found = [
      ...this.said.filter(isAsked).map(shownMessage),
      ...this.messages
        .filter((one) => isAsked(one) && isThere(one))
        .map((one) => ({
          ...{ type: 'message', ts: one.ts, text: one.text, user: 'UBOT', bot_id: 'BBOT' },
          ...(String(args['include_all_metadata']) === 'true' && one.metadata !== null
            ? { metadata: one.metadata }
            : {}),
        })),
    ].toSorted((left, right) => Number(right.ts) - Number(left.ts))
    const page = found.slice(offset, offset + limit)
    const hasMore = offset + limit < found.length
    const next = hasMore ? { response_metadata: { next_cursor: String(offset + limit) } } : {}
    return done({ messages: page, has_more: hasMore, ...next })
  }

  #permalink(args: Args): Outcome {
    const [channel, ts] = [String(args['channel']), String(args['message_ts'])]
    const isThere = this.messages.some((one) => one.channel === channel && one.ts === ts)
    if (!isThere) return failed('message_not_found')
    return done({ channel, permalink: `https://example-bank.slack.com/archives/${channel}/p${ts.replace('.', '')}` })
  }

  #publish(args: Args): Outcome {
    const problems = checkHome(args['view'])
    if (problems.length > 0) return failed('invalid_arguments', { response_metadata: { messages: problems } })
    this.homes.set(String(args['user_id']), args['view'])
    return done({ view: args['view'] })
  }

  #info(channel: string): Outcome {
    if (this.channels.missing.has(channel)) return failed('channel_not_found')
    const isMember = !this.channels.without.has(channel)
    return done({ channel: { id: channel, is_member: isMember, is_archived: this.channels.archived.has(channel) } })
  }

  #user(id: string): Outcome {
    const changes = this.users.get(id)
    if (changes === null) return failed('user_not_found')
    return done({ user: { id, team_id: 'T0001', ...FULL_MEMBER, ...changes } })
  }

  /** Seconds with six decimals, each later than the one before. */
  #nextTs(): string {
    this.#lastTs = Math.max(Date.now() * 1000, this.#lastTs + 1)
    return `${String(Math.floor(this.#lastTs / 1e6))}.${String(this.#lastTs % 1e6).padStart(6, '0')}`
  }
}

const IDENTITY = { team: 'Example Bank', user: 'countersign', team_id: 'T0001', user_id: 'UBOT', bot_id: 'BBOT' }
const FULL_MEMBER = {
  name: 'someone',
  deleted: false,
  is_bot: false,
  is_app_user: false,
  is_restricted: false,
  is_ultra_restricted: false,
}

function shownMessage({ ts, threadTs, user, text }: SaidMessage) {
  const thread = threadTs === null ? {} : { thread_ts: threadTs }
  return { type: 'message', ts, user, team: 'T0001', text, ...thread }
}

function done(answer: Answer): Outcome {
  return { ok: true, answer }
}

function failed(error: string, more: Answer = {}): Outcome {
  return { ok: false, answer: { error, ...more } }
}

function textOf(args: Args): string {
  return typeof args['text'] === 'string' ? args['text'] : ''
}

/** Slack's client sends forms in which everything but text is JSON. */
function readArgs(body: string): Args {
  const args: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(body)) {
    args[name] = value.startsWith('{') || value.startsWith('[') ? (JSON.parse(value) as unknown) : value
  }
  return args
}
