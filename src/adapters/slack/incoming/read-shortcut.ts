import { SHORTCUTS } from '../shortcuts.ts'
import { accountOf } from './account-of.ts'
import { firstOf } from './first-of.ts'
import { wordsOf } from './words-of.ts'
import type { GlobalShortcut, MessageShortcut } from './schema.ts'
import type { ReplyPlace, SlackRequest } from './slack-request.ts'
import type { z } from 'zod'

type Either = z.infer<typeof GlobalShortcut> | z.infer<typeof MessageShortcut>

export function readMessageShortcut(shortcut: z.infer<typeof MessageShortcut>): SlackRequest {
  const { channel, message, message_ts: ts, trigger_id: triggerId } = shortcut
  const place = { ...placeOf(shortcut), channel: channel.id, responseUrl: firstOf([shortcut.response_url]) }
  const key = `shortcut ${triggerId}`
  if (shortcut.callback_id !== SHORTCUTS.addToTimeline.callbackId) return notOurs(key, triggerId, place)
  const words = wordsOf({ ...message, ts }, place.account.tenant)
  const wish = { channel: channel.id, message: ts, how: 'shortcut', incidentId: null, words } as const
  return { kind: 'capture', key, wish, triggerId, place }
}

export function readGlobalShortcut(shortcut: z.infer<typeof GlobalShortcut>): SlackRequest {
  const { trigger_id: triggerId } = shortcut
  const place = placeOf(shortcut)
  const key = `shortcut ${triggerId}`
  return shortcut.callback_id === SHORTCUTS.declare.callbackId
    ? { kind: 'declare', key, triggerId, place }
    : notOurs(key, triggerId, place)
}

function placeOf({ user, team, enterprise }: Either): ReplyPlace {
  const account = accountOf([user.team_id, team?.id, enterprise?.id], user.id, firstOf([user.name, user.username]))
  return { account, channel: null, thread: null, responseUrl: null, isPersonal: false }
}

/** Of an older manifest: answered like a button that is not ours. */
function notOurs(key: string, triggerId: string, place: ReplyPlace): SlackRequest {
  return { kind: 'button', key, button: null, triggerId, message: null, place }
}
