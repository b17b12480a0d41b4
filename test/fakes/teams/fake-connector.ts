import { randomInt } from 'node:crypto'
import { VendorServer } from '../vendor-server.ts'
import { z } from 'zod'
import type { FakeAnswer, SeenRequest } from '../vendor-server.ts'

/** What the connector demands of a message, as the Agents Playground checks it. */
const OutgoingActivity = z.object({
  type: z.string().min(1),
  summary: z.string().optional(),
  text: z.string().optional(),
  textFormat: z.enum(['plain', 'markdown', 'xml']).optional(),
  attachments: z.array(z.object({ contentType: z.string().min(1), content: z.looseObject({}) })).default([]),
})
const NewConversation = z.object({
  isGroup: z.boolean().optional(),
  bot: z.object({ id: z.string().min(1) }),
  tenantId: z.string().optional(),
  members: z.array(z.object({ id: z.string().min(1) })).optional(),
  channelData: z.object({ channel: z.object({ id: z.string() }).optional() }).optional(),
  activity: OutgoingActivity.optional(),
})

export interface StoredActivity {
  readonly id: string
  readonly conversation: string
  activity: z.infer<typeof OutgoingActivity>
  updates: number
}

export interface FakeMember {
  readonly id: string
  readonly aadObjectId: string
  readonly tenantId?: string
  readonly userRole?: string
}

const MOST_BYTES = 100_000

/** The Bot Framework connector of Teams on loopback: its state, its checks, and what it refuses. Counts every effect. */
export class FakeConnector {
  readonly messages: StoredActivity[] = []
  readonly members: FakeMember[] = []
  /** Conversations in which the app is not installed: 403. */
  readonly notInstalled = new Set<string>()
  /** Begins threads and does not tell which. */
  isMute = false
  /** Every request must carry it; undefined takes any. */
  token: string | undefined
  readonly server = new VendorServer((request) => this.#answer(request))
  /** Ids of two connectors never meet. */
  #next = Date.now() * 1_000 + randomInt(1_000_000)

  /** As activities name it, with its path and the slash at its end. */
  get serviceUrl(): string {
    return `${this.server.url}/teams/`
  }

  in(conversation: string): readonly StoredActivity[] {
    return this.messages.filter((message) => message.conversation === conversation)
  }

  /** Those that begin a thread in a channel. */
  threadsOf(channel: string): readonly StoredActivity[] {
    return this.messages.filter(({ id, conversation }) => conversation === `${channel};messageid=${id}`)
  }

  #answer(request: SeenRequest): FakeAnswer {
    if (!this.#mayAsk(request)) return failure(401, 'Unauthorized')
    if (Buffer.byteLength(request.text) > MOST_BYTES) return failure(413, 'MessageSizeTooBig')
    const path = request.path
      .replace(/^\/teams\/+/, '')
      .split('/')
      .map(decodeURIComponent)
    if (path[0] !== 'v3' || path[1] !== 'conversations') return failure(404, 'NotFound')
    const [, , conversation, kind, id] = path
    if (conversation === undefined) return this.#create(request)
    if (this.notInstalled.has(conversation)) return failure(403, 'BotNotInConversationRoster')
    if (kind === 'members') return this.#member(id ?? '')
    if (kind !== 'activities') return failure(404, 'NotFound')
    return request.method === 'PUT' ? this.#update(conversation, id ?? '', request) : this.#send(conversation, request)
  }

  #mayAsk({ headers }: SeenRequest): boolean {
    return this.token === undefined || headers.authorization === `Bearer ${this.token}`
  }

  #create(request: SeenRequest): FakeAnswer {
    const parsed = NewConversation.safeParse(request.body)
    if (!parsed.success) return failure(400, 'BadSyntax')
    const { channelData, activity, members } = parsed.data
    const channel = channelData?.channel?.id
    if (channel !== undefined) {
      if (this.notInstalled.has(channel)) return failure(403, 'BotNotInConversationRoster')
      if (activity === undefined) return failure(400, 'BadSyntax')
      const id = this.#newId()
      this.messages.push({ id, conversation: `${channel};messageid=${id}`, activity, updates: 0 })
      if (this.isMute) return { status: 201, body: { id: channel } }
      return { status: 201, body: { id: `${channel};messageid=${id}`, activityId: id } }
    }
    const member = members?.[0]?.id ?? ''
    if (this.notInstalled.has(member)) return failure(403, 'ForbiddenOperationException')
    return { status: 201, body: { id: `a:personal-${member}` } }
  }

  #send(conversation: string, request: SeenRequest): FakeAnswer {
    const parsed = OutgoingActivity.safeParse(request.body)
    if (!parsed.success) return failure(400, 'BadSyntax')
    const id = this.#newId()
    this.messages.push({ id, conversation, activity: parsed.data, updates: 0 })
    return { status: 201, body: { id } }
  }

  #update(conversation: string, id: string, request: SeenRequest): FakeAnswer {
    const parsed = OutgoingActivity.safeParse(request.body)
    if (!parsed.success) return failure(400, 'BadSyntax')
    const found = this.messages.find((message) => message.conversation === conversation && message.id === id)
    if (found === undefined) return failure(404, 'ActivityNotFoundInConversation')
    found.activity = parsed.data
    found.updates += 1
    return { status: 200, body: { id } }
  }

  #member(id: string): FakeAnswer {
    const found = this.members.find((member) => member.id === id || member.aadObjectId === id)
    if (found === undefined) return failure(404, 'MemberNotFoundInConversation')
    return { status: 200, body: { name: 'Somebody', userRole: 'user', ...found } }
  }

  #newId(): string {
    this.#next += 1
    return String(this.#next)
  }
}

function failure(status: number, code: string): FakeAnswer {
  return { status, body: { error: { code, message: `${code} says the connector.` } } }
}
