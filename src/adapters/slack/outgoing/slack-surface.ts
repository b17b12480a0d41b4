import { z } from 'zod'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { findMessage } from './find-message.ts'
import { createCharts } from './post-chart.ts'
import { createPictures } from './post-picture.ts'
import { findPosted, POST_EVENT } from './find-posted.ts'
import { permalinkOf } from './permalink.ts'
import { QUIET } from './quiet.ts'
import { renderCard } from '../render/render-card.ts'
import { renderConfiguration } from '../render/render-configuration.ts'
import { renderPost } from '../render/render-post.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { CardReference, ChatSurface, DeliveryLimits, PostTry } from '../../../ports/chat-surface.ts'
import type { ConfigurationChangeView } from '../../../domain/configuration-view.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { SlackApi } from './slack-api.ts'
import type { SlackUpload } from './slack-upload.ts'
import type { ThreadPlace } from './find-posted.ts'
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

const Posted = z.object({ channel: z.string().min(1), ts: z.string().min(1) })
const Done = z.object({ ok: z.literal(true) })
const Opened = z.object({ channel: z.object({ id: z.string().min(1) }) })

export function createSlackSurface(api: SlackApi, upload: SlackUpload, clock: Clock): ChatSurface {
  const pictures = createPictures(api, upload)
  const charts = createCharts(api, clock)
  const directChannels = new Map<string, string>()
  return {
    name: 'slack',
    limits: SLACK_LIMITS,
    postCard: (channel, view, cardId, signal) => postCard(api, channel, view, cardId, signal),
    updateCard: (card, view, _cardId, signal) => updateCard(api, card, view, signal),
    findCard: (channel, cardId, since, signal) => findCard(api, channel, cardId, since, signal),
    postConfiguration: (channel, view, attempt, signal) => postConfiguration(api, channel, view, attempt, signal),
    updateConfiguration: async (card, view, signal) => {
      const message = { channel: card.channel, ts: card.message, ...renderConfiguration(view) }
      await api.call('chat.update', { ...message, link_names: false, parse: 'none' }, Done, signal)
    },
    postPicture: async (card, picture, signal, attempt) => {
      const where = { channel: card.channel, thread_ts: card.message }
      const shown = await pictures.post({ where, picture, attempt }, signal)
      if (shown !== null) return shown
      const drawn = await charts.post({ where, picture, attempt }, signal)
      return drawn ?? postOnce(api, { where, words: picture.words, attempt }, signal)
    },
    updatePicture: async ({ channel }, ts, picture, signal) => {
      if (await pictures.update({ channel, ts }, picture, signal)) return
      if (await charts.update({ channel, ts }, picture, signal)) return
      const message = { channel, ts, ...renderPost(picture.words, null) }
      await api.call('chat.update', { ...message, link_names: false, parse: 'none' }, Done, signal)
    },
    postInThread: async (card, words, signal, attempt) => {
      await postOnce(api, { where: { channel: card.channel, thread_ts: card.message }, words, attempt }, signal)
    },
    postNotice: async (channel, words, signal, attempt) => {
      await postOnce(api, { where: { channel }, words, attempt }, signal)
    },
    tellPerson: async (person, words, signal, attempt) => {
      if (person.slack === null) return
      const channel = await directChannel(api, directChannels, person.slack.user, signal)
      const link = attempt?.about === undefined ? null : await permalinkOf(api, attempt.about, signal)
      await postOnce(api, { where: { channel }, words, attempt, link }, signal)
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

/** Looks through the channel's history since the attempt, newest first. */
async function findCard(
  api: SlackApi,
  channel: string,
  cardId: string,
  since: Date,
  signal: AbortSignal,
): Promise<CardReference | null> {
  const isIt = (type: string, payload: Readonly<Record<string, unknown>>) =>
    type === CARD_EVENT && payload['card_id'] === cardId
  const ts = await findMessage(api, { method: 'conversations.history', place: { channel }, since, isIt }, signal)
  return ts === null ? null : { channel, message: ts }
}

/** Looked for by its key first, where an earlier try may have arrived. */
async function postConfiguration(
  api: SlackApi,
  channel: string,
  view: ConfigurationChangeView,
  { keys, since }: PostTry,
  signal: AbortSignal,
): Promise<CardReference> {
  const isIt = (type: string, payload: Readonly<Record<string, unknown>>) =>
    type === POST_EVENT && payload['keys'] === keys.join(' ')
  const search = { method: 'conversations.history', place: { channel }, isIt } as const
  const known = since === null ? null : await findMessage(api, { ...search, since }, signal)
  if (known !== null) return { channel, message: known }
  const metadata = { event_type: POST_EVENT, event_payload: { keys: keys.join(' ') } }
  const message = { channel, ...renderConfiguration(view), metadata, ...QUIET }
  const posted = await api.call('chat.postMessage', message, Posted, signal)
  return { channel: posted.channel, message: posted.ts }
}

interface Post {
  readonly where: ThreadPlace
  readonly words: string
  readonly attempt: PostTry | undefined
  /** Where what it is about can be opened. */
  readonly link?: string | null
}

/** What may have been posted already is looked for first: the keys travel in the message's metadata. */
async function postOnce(api: SlackApi, { where, words, attempt, link }: Post, signal: AbortSignal): Promise<string> {
  const known = attempt === undefined ? null : await findPosted(api, where, attempt, signal)
  if (known !== null) return known
  const metadata = { event_type: POST_EVENT, event_payload: { keys: attempt?.keys.join(' ') ?? '' } }
  const message = { ...where, ...renderPost(words, link ?? null), metadata, ...QUIET }
  const { ts } = await api.call('chat.postMessage', message, Posted, signal)
  return ts
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
