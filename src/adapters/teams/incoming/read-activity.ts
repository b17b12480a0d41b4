import { CardAction, PressData } from './schema.ts'
import { decodeButton } from '../../shared/card/button-value.ts'
import { oneLineText } from '../../../kernel/clean-text.ts'
import { spokenText } from './spoken-text.ts'
import { wordsOf } from '../render/card-actions.ts'
import type { Account } from '../../../domain/person.ts'
import type { Activity } from './schema.ts'
import type { Press } from '../../../orchestrator/index.ts'
import type { TeamsConversation, TeamsConversationKind } from '../../../ports/teams-conversation-store.ts'
import type { TeamsPlace, TeamsRequest } from './teams-request.ts'

/** A verified activity in our words. */
export function readActivity(activity: Activity): TeamsRequest {
  const place = placeOf(activity)
  switch (activity.type) {
    case 'message':
      return readMessage(activity, place)
    case 'invoke':
      return activity.name === 'adaptiveCard/action' && isPerson(activity)
        ? { kind: 'press', press: readPress(activity, place, executedData(activity)), isInvoke: true, place }
        : { kind: 'ignored', place }
    case 'installationUpdate':
      return (activity.action ?? '').startsWith('remove')
        ? { kind: 'removed', place, team: activity.channelData?.team?.id ?? null }
        : { kind: 'installed', place }
    case 'conversationUpdate':
      return readUpdate(activity, place)
    default:
      return { kind: 'ignored', place }
  }
}

/** The tenant an activity names; both places that name one must agree. */
export function tenantOf(activity: Activity): string | null {
  const named = activity.channelData?.tenant?.id ?? null
  const other = activity.conversation.tenantId ?? null
  if (named !== null && other !== null && named !== other) return null
  return named ?? other
}

/** Bots and accounts without an identity in the directory of the tenant are not listened to, our own least of all. */
function isPerson({ from, recipient }: Activity): boolean {
  return from.aadObjectId != null && from.role !== 'bot' && from.id !== recipient.id
}

function readMessage(activity: Activity, place: TeamsPlace): TeamsRequest {
  if (!isPerson(activity)) return { kind: 'ignored', place }
  const submitted = PressData.safeParse(activity.value)
  if (submitted.success) {
    return { kind: 'press', press: readPress(activity, place, activity.value), isInvoke: false, place }
  }
  const text = spokenText(activity)
  if (place.isPersonal && /^(?:home)?$/i.test(text)) return { kind: 'home', place }
  return {
    kind: 'utterance',
    utterance: { surface: 'teams', account: place.account, ...whereSaid(place), text },
    place,
  }
}

/** In a personal chat nothing hangs; every open incident can be meant there, as in the console. */
function whereSaid({ isPersonal, conversation, stored }: TeamsPlace) {
  if (isPersonal) return { channel: null, message: null }
  return { channel: stored.id, message: /;messageid=([^;]{1,200})$/.exec(conversation)?.[1] ?? null }
}

function executedData(activity: Activity): unknown {
  return CardAction.safeParse(activity.value).data?.action.data ?? null
}

/** Null when it is none of our buttons. */
function readPress(activity: Activity, place: TeamsPlace, data: unknown): Press | null {
  const carried = PressData.safeParse(data).data?.countersign
  const button = carried === undefined ? undefined : decodeButton(carried)
  if (button === undefined) return null
  return {
    ...button,
    surface: 'teams',
    account: place.account,
    channel: place.stored.id,
    message: activity.replyToId ?? null,
    text: wordsOf(button, data),
  }
}

function readUpdate(activity: Activity, place: TeamsPlace): TeamsRequest {
  const isUs = ({ id }: { readonly id: string }) => id === activity.recipient.id
  const team = activity.channelData?.team?.id ?? null
  if (activity.membersRemoved?.some(isUs) === true) return { kind: 'removed', place, team }
  if (activity.channelData?.eventType === 'channelDeleted') {
    return { kind: 'removed', place: ofChannel(place, activity), team: null }
  }
  return activity.membersAdded?.some(isUs) === true ? { kind: 'installed', place } : { kind: 'ignored', place }
}

/** A deleted channel is told in another one of its team. */
function ofChannel(place: TeamsPlace, activity: Activity): TeamsPlace {
  const id = activity.channelData?.channel?.id ?? place.stored.id
  return { ...place, stored: { ...place.stored, id } }
}

function placeOf(activity: Activity): TeamsPlace {
  const { from, conversation, serviceUrl, channelData } = activity
  const tenant = tenantOf(activity) ?? ''
  const kind = kindOf(activity)
  const account: Account = {
    surface: 'teams',
    tenant,
    user: from.aadObjectId ?? '',
    displayName: oneLineText(from.name ?? from.id, 80),
  }
  const stored: TeamsConversation = {
    id: conversation.id.split(';', 1)[0] ?? conversation.id,
    tenant,
    kind,
    personAccount: kind === 'personal' ? (from.aadObjectId ?? null) : null,
    serviceUrl,
    reference: {
      bot: activity.recipient.id,
      team: channelData?.team?.id ?? null,
      member: kind === 'personal' ? from.id : null,
    },
  }
  const isPersonal = kind === 'personal'
  return { account, member: from.id, serviceUrl, conversation: conversation.id, isPersonal, stored }
}

function kindOf({ conversation, channelData }: Activity): TeamsConversationKind {
  if (conversation.conversationType === 'personal') return 'personal'
  if (conversation.conversationType === 'groupChat') return 'group'
  return conversation.conversationType === 'channel' || channelData?.channel != null ? 'channel' : 'personal'
}
