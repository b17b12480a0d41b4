import { randomBytes } from 'node:crypto'

type Args = Readonly<Record<string, unknown>>
type Outcome = { readonly ok: boolean; readonly answer: Record<string, unknown> }

export interface FakeChannel {
  readonly id: string
  readonly name: string
  readonly creator: string
  topic: string
  readonly members: string[]
  readonly pins: string[]
  readonly bookmarks: { readonly title: string; readonly link: string }[]
}

const VALID_NAME = /^[a-z0-9_-]+$/
const LONGEST_NAME = 80
const BOT = 'UBOT'

/** Channels that are made, named, filled and pinned to, with the refusals that Slack has for it. */
export class FakeSlackRooms {
  readonly made: FakeChannel[] = []
  /** People that Slack will not invite. */
  readonly unknownUsers = new Set<string>()

  readonly methods: Readonly<Record<string, (args: Args) => Outcome>> = {
    'conversations.create': (args) => this.#create(String(args['name'])),
    'conversations.list': () => done({ channels: this.made.map(({ id, name, creator }) => ({ id, name, creator })) }),
    'conversations.setTopic': (args) =>
      this.#within(args['channel'], (channel) => {
        channel.topic = String(args['topic'])
        return done({})
      }),
    'conversations.invite': (args) => this.#within(args['channel'], (channel) => this.#invite(channel, args)),
    'pins.add': (args) =>
      this.#within(args['channel'], (channel) => {
        const message = String(args['timestamp'])
        if (channel.pins.includes(message)) return failed('already_pinned')
        channel.pins.push(message)
        return done({})
      }),
    'bookmarks.list': (args) => this.#within(args['channel_id'], ({ bookmarks }) => done({ bookmarks })),
    'bookmarks.add': (args) =>
      this.#within(args['channel_id'], (channel) => {
        channel.bookmarks.push({ title: String(args['title']), link: String(args['link']) })
        return done({ bookmark: { id: `Bk${String(channel.bookmarks.length)}` } })
      }),
  }

  /** Somebody else has a channel of that name. */
  occupy(name: string): void {
    this.#add(name, 'U-someone')
  }

  #add(name: string, creator: string): FakeChannel {
    const channel = {
      ...{ id: `C9${randomBytes(5).toString('hex').toUpperCase()}`, name, creator, topic: '' },
      ...{ members: [creator], pins: [], bookmarks: [] },
    }
    this.made.push(channel)
    return channel
  }

  #create(name: string): Outcome {
    if (name.length > LONGEST_NAME) return failed('invalid_name_maxlength')
    if (!VALID_NAME.test(name)) return failed('invalid_name_specials')
    if (this.made.some((channel) => channel.name === name)) return failed('name_taken')
    const { id } = this.#add(name, BOT)
    return done({ channel: { id, name, creator: BOT } })
  }

  #invite(channel: FakeChannel, args: Args): Outcome {
    const users = String(args['users']).split(',')
    const bad = users.filter((user) => this.unknownUsers.has(user))
    if (bad.length > 0 && String(args['force']) !== 'true') return failed('user_not_found')
    const fresh = users.filter((user) => !bad.includes(user) && !channel.members.includes(user))
    channel.members.push(...fresh)
    if (bad.length > 0) return failed('user_not_found')
    return fresh.length === 0 ? failed('already_in_channel') : done({ channel: { id: channel.id } })
  }

  #within(id: unknown, work: (channel: FakeChannel) => Outcome): Outcome {
    const channel = this.made.find((one) => one.id === id)
    return channel === undefined ? failed('channel_not_found') : work(channel)
  }
}

function done(answer: Record<string, unknown>): Outcome {
  return { ok: true, answer }
}

function failed(error: string): Outcome {
  return { ok: false, answer: { error } }
}
