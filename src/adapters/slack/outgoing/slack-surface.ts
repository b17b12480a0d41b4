import { z } from 'zod'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { renderCard } from '../render/render-card.ts'
import { renderPost } from '../render/render-post.ts'
import type { CardReference, ChatSurface, DeliveryLimits } from '../../../ports/chat-surface.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { SlackApi } from './slack-api.ts'
import type { SlackMessage } from '../render/render-card.ts'

/** Slack posts one message a second in a channel and takes 50 updates a minute from one app, all channels together. */
const SLACK_LIMITS: DeliveryLimits = {
  postsPerSecond: 1,
  postBurst: 3,
  updatesPerMinute: 50,
  updateBurst: 10,
  cardIntervalMs: 2_000,
}

const CARD_EVENT = 'countersign_card'
/** No previews of what stands in a link, no names looked up in our text, no addresses made into links. */
export const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const

const Posted = z.object({ channel: z.string().min(1), ts: z.string().min(1) })
const Done = z.object({ ok: z.literal(true) })
const Opened = z.object({ channel: z.object({ id: z.string().min(1) }) })
const History = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({ event_type: z.string(), event_payload: z.object({ card_id: z.string().optional() }).optional() })
          .optional(),
      }),
    )
    .default([]),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

export function createSlackSurface(api: SlackApi): ChatSurface {
  const directChannels = new Map<string, string>()
  return {
    name: 'slack',
    limits: SLACK_LIMITS,
    postCard: (channel, view, cardId, signal) => postCard(api, channel, view, cardId, signal),
    updateCard: (card, view, _cardId, signal) => updateCard(api, card, view, signal),
    findCard: (channel, cardId, since, signal) => findCard(api, channel, cardId, since, signal),
    postInThread: async (card, words, signal) => {
      const args = { channel: card.channel, thread_ts: card.message, ...renderPost(words), ...QUIET }
      await api.call('chat.postMessage', args, Posted, signal)
    },
    tellPerson: async (person, words, signal) => {
      if (person.slack === null) return
      const channel = await directChannel(api, directChannels, person.slack.user, signal)
      await api.call('chat.postMessage', { channel, ...renderPost(words), ...QUIET }, Posted, signal)
    },
  }
}

async function postCard(
  api: SlackApi,
  channel: string,
  view: IncidentView,
  cardId: string,
  signal: AbortSignal,
): Promise<CardReference> {
  const metadata = { event_type: CARD_EVENT, event_payload: { card_id: cardId } }
  const posted = await withSmallerCard(view, (message) =>
    api.call('chat.postMessage', { channel, ...message, metadata, ...QUIET }, Posted, signal),
  )
  return { channel: posted.channel, message: posted.ts }
}

/** Always with blocks, which an update without them would remove; metadata that is not named is kept. */
async function updateCard(api: SlackApi, card: CardReference, view: IncidentView, signal: AbortSignal): Promise<void> {
  await withSmallerCard(view, (message) =>
    api.call(
      'chat.update',
      { channel: card.channel, ts: card.message, ...message, link_names: false, parse: 'none' },
      Done,
      signal,
    ),
  )
}

const SHORTER_CARD = 5_000

/** Slack's limit on the size of all blocks is not documented: a card that it finds too long is sent once more, shorter. */
async function withSmallerCard<Answer>(
  view: IncidentView,
  send: (message: SlackMessage) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(renderCard(view))
  } catch (error) {
    if (!(error instanceof VendorRejectedError) || error.vendorCode !== 'msg_blocks_too_long') throw error
    return send(renderCard(view, { hasButtons: true, maxCharacters: SHORTER_CARD }))
  }
}

/** The attempt's time is our database's and the messages' is Slack's: some of the time before is looked at as well. */
const CLOCK_MARGIN_SECONDS = 120
const MOST_PAGES = 10

/** Looks through the channel's history since the attempt, newest first. */
async function findCard(
  api: SlackApi,
  channel: string,
  cardId: string,
  since: Date,
  signal: AbortSignal,
): Promise<CardReference | null> {
  const oldest = (since.getTime() / 1000 - CLOCK_MARGIN_SECONDS).toFixed(6)
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const args = { channel, oldest, inclusive: true, limit: 200, include_all_metadata: true }
    const history: z.infer<typeof History> = await api.call(
      'conversations.history',
      { ...args, ...(cursor === undefined ? {} : { cursor }) },
      History,
      signal,
    )
    const found = history.messages.find(
      ({ metadata }) => metadata?.event_type === CARD_EVENT && metadata.event_payload?.card_id === cardId,
    )
    if (found !== undefined) return { channel, message: found.ts }
    cursor = history.response_metadata?.next_cursor
    if (history.has_more !== true || cursor === undefined || cursor === '') return null
  }
  return null
}

const MOST_KNOWN_CHANNELS = 1_000

async function directChannel(
  api: SlackApi,
  known: Map<string, string>,
  user: string,
  signal: AbortSignal,
): Promise<string> {
  const cached = known.get(user)
  if (cached !== undefined) return cached
  const { channel } = await api.call('conversations.open', { users: user }, Opened, signal)
  if (known.size >= MOST_KNOWN_CHANNELS) known.clear()
  known.set(user, channel.id)
  return channel.id
}
