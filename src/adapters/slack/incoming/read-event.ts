import { accountOf } from './account-of.ts'
import { firstOf } from './first-of.ts'
import { spokenText } from './spoken-text.ts'
import { wordsOf } from './words-of.ts'
import type { EventCallback } from './schema.ts'
import type { MessagePlace } from '../../../ports/captured-message-store.ts'
import type { SlackRequest } from './slack-request.ts'
import type { z } from 'zod'

type Callback = z.infer<typeof EventCallback>

/** Pins by the names that Slack gives them. */
const PINS: readonly string[] = ['pushpin', 'round_pushpin']
/** A person's own words; every other subtype is something that happened to a channel. */
const SPOKEN_SUBTYPES: readonly (string | null | undefined)[] = [null, undefined, 'file_share', 'thread_broadcast']

export function readEvent(callback: Callback): SlackRequest {
  const key = `event ${callback.event_id}`
  switch (callback.event.type) {
    case 'app_mention':
      return readSpoken(callback, key, false)
    case 'message':
      return readMessage(callback, key)
    case 'reaction_added':
    case 'reaction_removed':
      return readReaction(callback, key)
    case 'app_home_opened':
      return readHome(callback, key)
    case 'app_uninstalled':
      return { kind: 'uninstalled', key, reason: 'app_uninstalled' }
    case 'tokens_revoked':
      return readRevoked(callback, key)
    default:
      return { kind: 'ignored', key }
  }
}

/** A person's revoked token is nothing to us: only the bot's counts. */
function readRevoked({ event }: Callback, key: string): SlackRequest {
  const isOurs = (event.tokens?.bot ?? []).length > 0
  return isOurs ? { kind: 'uninstalled', key, reason: 'tokens_revoked' } : { kind: 'ignored', key }
}

function readMessage(callback: Callback, key: string): SlackRequest {
  const { subtype, channel_type: kind } = callback.event
  if (subtype === 'message_changed' || subtype === 'message_deleted') return readChange(callback, key)
  // In channels people talk to each other; only where nobody else reads along does every line mean us.
  return kind === 'im' && SPOKEN_SUBTYPES.includes(subtype) ? readSpoken(callback, key, true) : { kind: 'ignored', key }
}

/** Bots are not listened to, our own least of all. */
function readSpoken(callback: Callback, key: string, isPersonal: boolean): SlackRequest {
  const { event } = callback
  const { user, channel } = event
  const isByBot = event.bot_id != null || event.subtype === 'bot_message'
  if (isByBot || user == null || channel == null) return { kind: 'ignored', key }
  const account = speakerOf(callback, user)
  const thread = firstOf([event.thread_ts])
  const botUserId = firstOf([callback.authorizations?.[0]?.user_id])
  const text = spokenText(event.text ?? '', botUserId)
  const where = isPersonal ? { channel: null, message: null } : { channel, message: thread }
  return {
    kind: 'utterance',
    key,
    utterance: { surface: 'slack', account, ...where, text },
    triggerId: null,
    // In a personal conversation each line begins a thread, which its answer continues.
    place: {
      account,
      channel,
      thread: thread ?? (isPersonal ? firstOf([event.ts]) : null),
      responseUrl: null,
      isPersonal,
    },
  }
}

/** In a channel shared with another company the speaker's own team is what counts. */
function speakerOf({ event, team_id: team, enterprise_id: enterprise }: Callback, user: string) {
  return accountOf([event.user_team, event.source_team, event.team, team, enterprise], user, undefined)
}

/** Ours are updated all the time, and are on nobody's timeline. */
function readChange({ event, team_id: team }: Callback, key: string): SlackRequest {
  const { channel, message } = event
  // A deleted message with answers below it stays as an empty stone.
  const deleted =
    event.subtype === 'message_deleted' ? event.deleted_ts : message?.subtype === 'tombstone' ? message.ts : null
  if (channel != null && deleted != null) {
    return { kind: 'change', key, change: { kind: 'deleted', place: { surface: 'slack', channel, message: deleted } } }
  }
  if (channel == null || message?.ts == null || message.bot_id != null) return { kind: 'ignored', key }
  const { text, author } = wordsOf(message, firstOf([team]))
  const place: MessagePlace = { surface: 'slack', channel, message: message.ts }
  return { kind: 'change', key, change: { kind: 'edited', place, text, by: author } }
}

function readReaction(callback: Callback, key: string): SlackRequest {
  const { event } = callback
  const { user, item } = event
  const isPin = PINS.includes(event.reaction ?? '') && item?.type === 'message'
  if (!isPin || user == null || item.channel == null || item.ts == null) return { kind: 'ignored', key }
  const account = speakerOf(callback, user)
  const { channel, ts: message } = item
  if (event.type === 'reaction_removed') {
    const place: MessagePlace = { surface: 'slack', channel, message }
    return { kind: 'change', key, change: { kind: 'unpinned', place, by: account } }
  }
  return {
    kind: 'capture',
    key,
    wish: { channel, message, how: 'pin', incidentId: null, words: null },
    triggerId: null,
    place: { account, channel, thread: null, responseUrl: null, isPersonal: false },
  }
}

function readHome(callback: Callback, key: string): SlackRequest {
  const { user, tab } = callback.event
  if (user == null || tab !== 'home') return { kind: 'ignored', key }
  const account = speakerOf(callback, user)
  return { kind: 'home', key, place: { account, channel: null, thread: null, responseUrl: null, isPersonal: true } }
}
