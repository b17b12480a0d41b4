import { z } from 'zod'
import { fallbackText } from '../render/fallback-text.ts'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { visibleText } from '../../shared/card/visible-text.ts'
import type { IncidentRooms, RoomRequest } from '../../../ports/incident-rooms.ts'
import type { SlackApi } from './slack-api.ts'

const Made = z.object({ channel: z.object({ id: z.string().min(1), name: z.string() }) })
const Done = z.object({ ok: z.literal(true) })
const Identity = z.object({ user_id: z.string().min(1) })
const Channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), creator: z.string().optional() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})
const Bookmarks = z.object({ bookmarks: z.array(z.object({ link: z.string().nullish() })).default([]) })

/** About one person: the others are invited all the same. */
const NOT_INVITED: readonly string[] = [
  'already_in_channel',
  'cant_invite_self',
  'cant_invite',
  'user_not_found',
  'user_is_restricted',
  'user_is_ultra_restricted',
  'ura_max_channels',
]
const LONGEST_TOPIC = 250
const LONGEST_TITLE = 80
const MOST_BOOKMARKS = 6
const MOST_PAGES = 20

/** Public channels, made by the app, which is therefore in them; nobody archives them but people. */
export function createSlackRooms(api: SlackApi): IncidentRooms {
  return {
    createRoom: (request, signal) => createRoom(api, request, signal),
    setTopic: async (channel, topic, signal) => {
      await api.call('conversations.setTopic', { channel, topic: fallbackText(topic, LONGEST_TOPIC) }, Done, signal)
    },
    invite: async (channel, people, signal) => {
      const users = people.flatMap((person) => (person.slack === null ? [] : [person.slack.user])).join(',')
      if (users === '') return
      const args = { channel, users, force: true }
      await tolerating(NOT_INVITED, () => api.call('conversations.invite', args, Done, signal))
    },
    pinCard: async (card, signal) => {
      const args = { channel: card.channel, timestamp: card.message }
      await tolerating(['already_pinned'], () => api.call('pins.add', args, Done, signal))
    },
    addBookmarks: async (channel, links, signal) => {
      if (links.length === 0) return
      const { bookmarks } = await api.call('bookmarks.list', { channel_id: channel }, Bookmarks, signal)
      const known = new Set(bookmarks.map((bookmark) => bookmark.link))
      for (const { title, url } of links.slice(0, MOST_BOOKMARKS)) {
        if (known.has(url)) continue
        const args = { channel_id: channel, type: 'link', title: visibleText(title, LONGEST_TITLE), link: url }
        await api.call('bookmarks.add', args, Done, signal)
      }
    },
  }
}

async function createRoom(
  api: SlackApi,
  { names, mayExist }: RoomRequest,
  signal: AbortSignal,
): Promise<{ channel: string; name: string }> {
  let taken: VendorRejectedError | undefined
  for (const name of names) {
    try {
      const { channel } = await api.call('conversations.create', { name, is_private: false }, Made, signal)
      return { channel: channel.id, name: channel.name }
    } catch (error) {
      if (!(error instanceof VendorRejectedError) || error.vendorCode !== 'name_taken') throw error
      taken = error
    }
    const own = mayExist ? await findOwn(api, name, signal) : undefined
    if (own !== undefined) return { channel: own, name }
  }
  const detail = `${names.join(', ')} are all taken; rename or archive one.`
  throw new VendorRejectedError('Slack', 200, 'name_taken', detail, { cause: taken })
}

/** A channel of that name that this app has made: an earlier answer was lost. */
async function findOwn(api: SlackApi, name: string, signal: AbortSignal): Promise<string | undefined> {
  const { user_id: self } = await api.call('auth.test', {}, Identity, signal)
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const args = { types: 'public_channel', exclude_archived: true, limit: 1000 }
    const next: Record<string, string> = cursor === undefined ? {} : { cursor }
    const { channels, response_metadata: more } = await api.call(
      'conversations.list',
      { ...args, ...next },
      Channels,
      signal,
    )
    const own = channels.find((channel) => channel.name === name && channel.creator === self)
    if (own !== undefined) return own.id
    cursor = more?.next_cursor
    if (cursor === undefined || cursor === '') return undefined
  }
  return undefined
}

async function tolerating(codes: readonly string[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof VendorRejectedError) || !codes.includes(error.vendorCode)) throw error
  }
}
