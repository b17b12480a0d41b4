import { BlockActions, EventCallback, FormMemory, SlashCommand, ViewSubmission } from './schema.ts'
import { REASON_BLOCK, REASON_FORM, REASON_INPUT } from '../render/reason-form.ts'
import { decodeButton } from '../../shared/card/button-value.ts'
import { oneLineText } from '../../../kernel/clean-text.ts'
import { spokenText } from './spoken-text.ts'
import type { Account } from '../../../domain/person.ts'
import type { Press } from '../../../orchestrator/index.ts'
import type { SlackRequest } from './slack-request.ts'
import type { z } from 'zod'

export interface ReadRequest {
  readonly request: SlackRequest
  /** The fields that Bolt needs to dispatch it, and no others. */
  readonly body: Record<string, unknown>
}

/** Undefined when it is none of the shapes we know: the sender is told that it is malformed. */
export function readRequest(body: unknown): ReadRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const type = 'type' in body ? body.type : undefined
  if (type === 'block_actions') return parsed(BlockActions, body, readButton)
  if (type === 'view_submission') return parsed(ViewSubmission, body, readForm)
  if (type === 'event_callback') return parsed(EventCallback, body, readEvent)
  if (type === undefined && 'command' in body) return parsed(SlashCommand, body, readCommand)
  return typeof type === 'string' ? { request: { kind: 'ignored', key: '' }, body: {} } : undefined
}

function parsed<Schema extends z.ZodType<Record<string, unknown>>>(
  schema: Schema,
  body: unknown,
  read: (value: z.infer<Schema>) => SlackRequest,
): ReadRequest | undefined {
  const result = schema.safeParse(body)
  return result.success ? { request: read(result.data), body: result.data } : undefined
}

function readCommand(command: z.infer<typeof SlashCommand>): SlackRequest {
  const account = accountOf(firstOf([command.team_id, command.enterprise_id]), command.user_id, command.user_name)
  return {
    kind: 'utterance',
    key: `command ${command.trigger_id}`,
    utterance: {
      surface: 'slack',
      account,
      channel: command.channel_id,
      // Slack offers no slash commands in threads.
      message: null,
      text: spokenText(command.text, null),
    },
    place: { account, channel: command.channel_id, thread: null, responseUrl: command.response_url ?? null },
  }
}

function readEvent(callback: z.infer<typeof EventCallback>): SlackRequest {
  const { event } = callback
  const key = `event ${callback.event_id}`
  const { user, channel } = event
  if (!isMentionByPerson(event) || user == null || channel === undefined) return { kind: 'ignored', key }
  // In a channel shared with another company the speaker's own team is what counts.
  const teams = [event.user_team, event.source_team, event.team, callback.team_id, callback.enterprise_id]
  const account = accountOf(firstOf(teams), user, undefined)
  const thread = firstOf([event.thread_ts])
  const botUserId = firstOf([callback.authorizations?.[0]?.user_id])
  const text = spokenText(event.text ?? '', botUserId)
  return {
    kind: 'utterance',
    key,
    utterance: { surface: 'slack', account, channel, message: thread, text },
    place: { account, channel, thread, responseUrl: null },
  }
}

/** Bots are not listened to, our own least of all. */
function isMentionByPerson(event: z.infer<typeof EventCallback>['event']): boolean {
  return event.type === 'app_mention' && event.bot_id == null && event.subtype !== 'bot_message'
}

function readButton(actions: z.infer<typeof BlockActions>): SlackRequest {
  const { user, container } = actions
  const teams = [user.team_id, actions.team?.id, actions.enterprise?.id]
  const account = accountOf(firstOf(teams), user.id, user.name)
  const value = firstOf([actions.actions[0]?.value])
  return {
    kind: 'button',
    key: `action ${actions.trigger_id}`,
    button: value === null ? null : (decodeButton(value) ?? null),
    triggerId: actions.trigger_id,
    message: firstOf([container.message_ts]),
    place: {
      account,
      channel: firstOf([actions.channel?.id, container.channel_id]),
      thread: null,
      responseUrl: firstOf([actions.response_url]),
    },
  }
}

function readForm(submission: z.infer<typeof ViewSubmission>): SlackRequest {
  const { user, view } = submission
  const teams = [user.team_id, submission.team?.id, submission.enterprise?.id]
  const account = accountOf(firstOf(teams), user.id, user.name)
  const memory = view.callback_id === REASON_FORM ? readMemory(view.private_metadata) : undefined
  return {
    kind: 'form',
    key: `form ${view.id} ${view.hash ?? ''} ${submission.trigger_id ?? ''}`,
    press: memory === undefined ? null : pressOf(memory, account, view.state.values),
    place: { account, channel: memory?.c ?? null, thread: null, responseUrl: null },
  }
}

type FormValues = z.infer<typeof ViewSubmission>['view']['state']['values']

function pressOf(memory: z.infer<typeof FormMemory>, account: Account, values: FormValues): Press | null {
  const button = decodeButton(memory.b)
  if (button === undefined) return null
  const words = values[REASON_BLOCK]?.[REASON_INPUT]?.value?.trim() ?? ''
  const place = { surface: 'slack', account, channel: memory.c, message: memory.m } as const
  return { ...button, ...place, text: words === '' ? null : words }
}

function firstOf(candidates: readonly (string | null | undefined)[]): string | null {
  return candidates.find((candidate) => candidate != null) ?? null
}

/** Slack keeps what we gave it and signs what it gives back; still it is read like anything from outside. */
function readMemory(metadata: string): z.infer<typeof FormMemory> | undefined {
  try {
    return FormMemory.safeParse(JSON.parse(metadata)).data
  } catch {
    return undefined
  }
}

/** Keyed by team and user id; the name is shown and decides nothing. */
function accountOf(team: string | null, user: string, name: string | undefined): Account {
  return { surface: 'slack', tenant: team ?? '', user, displayName: oneLineText(name ?? user, 80) }
}
