import { VendorRejectedError, VendorUnknownError } from '../../../kernel/vendor-errors.ts'
import { renderCard } from '../render/render-card.ts'
import { renderConfiguration } from '../render/render-configuration.ts'
import { renderPicture } from '../render/render-picture.ts'
import { renderPost } from '../render/render-post.ts'
import { tellInPrivate } from './tell-in-private.ts'
import type { CardReference, ChatSurface, DeliveryLimits } from '../../../ports/chat-surface.ts'
import type { TeamsMessage } from '../render/render-card.ts'
import type { TeamsRoad } from './teams-road.ts'

/**
 * Microsoft's limits for one bot in one thread: 7 messages in 1 s, 8 in 2 s, 60 in 30 s, 1,800 in an hour, posts and
 * updates together; and 50 requests a second for the app in a tenant. Some room is kept for answers to people.
 */
const TEAMS_LIMITS: DeliveryLimits = {
  postsPerSecond: 1,
  postBurst: 4,
  updatesPerMinute: 600,
  updateBurst: 20,
  cardIntervalMs: 2_500,
  threadWindows: [
    { most: 5, perMs: 1_000 },
    { most: 6, perMs: 2_000 },
    { most: 45, perMs: 30_000 },
    { most: 1_600, perMs: 3_600_000 },
  ],
}

export function createTeamsSurface(road: TeamsRoad): ChatSurface {
  return {
    name: 'teams',
    limits: TEAMS_LIMITS,
    postCard: (channel, view, _cardId, signal) => postCard(road, channel, renderCard(view), signal),
    updateCard: (card, view, _cardId, signal) => updateCard(road, card, renderCard(view), signal),
    postConfiguration: (channel, view, _attempt, signal) => postCard(road, channel, renderConfiguration(view), signal),
    updateConfiguration: (card, view, signal) => updateCard(road, card, renderConfiguration(view), signal),
    // A bot cannot look through a channel: what was lost is posted anew, and presses on the lost copy do not count.
    findCard: async () => null,
    postInThread: async (card, words, signal) => {
      const { serviceUrl, isChannel } = await road.places.placeOf(card.channel)
      await road.api.send(serviceUrl, threadOf(card, isChannel), renderPost(words), signal)
    },
    postPicture: async (card, picture, signal) => {
      const { serviceUrl, isChannel } = await road.places.placeOf(card.channel)
      return road.api.send(serviceUrl, threadOf(card, isChannel), renderPicture(picture), signal)
    },
    updatePicture: async (card, message, picture, signal) => {
      const { serviceUrl, isChannel } = await road.places.placeOf(card.channel)
      await road.api.update(
        { serviceUrl, conversation: threadOf(card, isChannel), message },
        renderPicture(picture),
        signal,
      )
    },
    postNotice: async (channel, words, signal) => {
      await postIn(road, channel, renderPost(words), signal)
    },
    tellPerson: async ({ teams }, words, signal) => {
      if (teams === null) return
      try {
        await tellInPrivate(road, { tenant: teams.tenant, user: teams.user, member: null }, renderPost(words), signal)
      } catch (error) {
        if (!(error instanceof VendorRejectedError)) throw error
        // Who has not installed the app has no chat with it; the card in the channel says the same.
        road.log.info({ reason: error.message }, 'teams person has no chat with the app')
      }
    },
  }
}

/** In a channel each incident begins a thread; in a group chat, which has none, it is a message. */
async function postIn(
  { api, places, tenantId }: TeamsRoad,
  channel: string,
  message: TeamsMessage,
  signal: AbortSignal,
): Promise<string | null> {
  const { serviceUrl, isChannel } = await places.placeOf(channel)
  if (!isChannel) return api.send(serviceUrl, channel, message, signal)
  const conversation = { bot: places.bot, tenant: tenantId, in: { kind: 'channel', channel, message } } as const
  return (await api.create(serviceUrl, conversation, signal)).message
}

/** Without its id it could never be changed. */
async function postCard(
  road: TeamsRoad,
  channel: string,
  message: TeamsMessage,
  signal: AbortSignal,
): Promise<CardReference> {
  const posted = await postIn(road, channel, message, signal)
  if (posted === null) throw new VendorUnknownError('Teams', 'it did not say which message it made')
  return { channel, message: posted }
}

async function updateCard(
  { api, places }: TeamsRoad,
  card: CardReference,
  shown: TeamsMessage,
  signal: AbortSignal,
): Promise<void> {
  const { serviceUrl, isChannel } = await places.placeOf(card.channel)
  const conversation = threadOf(card, isChannel)
  await api.update({ serviceUrl, conversation, message: card.message }, shown, signal)
}

function threadOf({ channel, message }: CardReference, isChannel: boolean): string {
  return isChannel ? `${channel};messageid=${message}` : channel
}
