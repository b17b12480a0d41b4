import { DECLARE_ACTION, INPUTS_ACTION, LINK_ACTION } from '../render/action-ids.ts'
import { accountOf } from './account-of.ts'
import { decodeButton } from '../../shared/card/button-value.ts'
import { firstOf } from './first-of.ts'
import type { BlockActions } from './schema.ts'
import type { ReplyPlace, SlackRequest } from './slack-request.ts'
import type { z } from 'zod'

const PROPOSAL_ID = /^PRO-\d{1,12}$/

type Pressed = z.infer<typeof BlockActions>

/** A button that somebody pressed: on a card, on the app's home, or one that only leads somewhere. */
export function readPress(actions: Pressed): SlackRequest {
  const { container, trigger_id: triggerId } = actions
  const place = placeOf(actions)
  const key = `action ${triggerId}`
  const pressed = actions.actions[0]
  const value = firstOf([pressed?.value])
  const actionId = pressed?.action_id ?? ''
  // Slack opens the link by itself, and tells us only that it did.
  if (actionId.startsWith(LINK_ACTION)) return { kind: 'ignored', key }
  if (actionId === DECLARE_ACTION) return { kind: 'declare', key, triggerId, place }
  if (actionId === INPUTS_ACTION && value !== null && PROPOSAL_ID.test(value)) {
    return { kind: 'inputs', key, triggerId, proposalId: value, place }
  }
  const button = value === null ? null : (decodeButton(value) ?? null)
  return { kind: 'button', key, button, triggerId, message: firstOf([container.message_ts]), place }
}

function placeOf({ user, team, enterprise, channel, container, response_url: responseUrl }: Pressed): ReplyPlace {
  return {
    account: accountOf([user.team_id, team?.id, enterprise?.id], user.id, user.name),
    channel: firstOf([channel?.id, container.channel_id]),
    thread: null,
    responseUrl: firstOf([responseUrl]),
    isPersonal: false,
  }
}
