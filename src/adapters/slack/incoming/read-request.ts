import { BlockActions, EventCallback, GlobalShortcut, MessageShortcut, SlashCommand, ViewSubmission } from './schema.ts'
import { accountOf } from './account-of.ts'
import { readEvent } from './read-event.ts'
import { readForm } from './read-form.ts'
import { readGlobalShortcut, readMessageShortcut } from './read-shortcut.ts'
import { readPress } from './read-press.ts'
import { spokenText } from './spoken-text.ts'
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
  switch (type) {
    case 'block_actions':
      return parsed(BlockActions, body, readPress)
    case 'view_submission':
      return parsed(ViewSubmission, body, readForm)
    case 'event_callback':
      return parsed(EventCallback, body, readEvent)
    case 'message_action':
      return parsed(MessageShortcut, body, readMessageShortcut)
    case 'shortcut':
      return parsed(GlobalShortcut, body, readGlobalShortcut)
    case undefined:
      return 'command' in body ? parsed(SlashCommand, body, readCommand) : undefined
    default:
      return typeof type === 'string' ? { request: { kind: 'ignored', key: '' }, body: {} } : undefined
  }
}

function parsed<Schema extends z.ZodType<Record<string, unknown>>>(
  schema: Schema,
  body: unknown,
  read: (value: z.infer<Schema>) => SlackRequest,
): ReadRequest | undefined {
  const result = schema.safeParse(body)
  return result.success ? { request: read(result.data), body: forBolt(result.data) } : undefined
}

/** Bolt takes what is there for an object: a field of an event that is null makes it fail. */
function forBolt(body: Record<string, unknown>): Record<string, unknown> {
  const { event } = body
  if (typeof event !== 'object' || event === null) return body
  return { ...body, event: Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)) }
}

function readCommand(command: z.infer<typeof SlashCommand>): SlackRequest {
  const { channel_id: channel, trigger_id: triggerId } = command
  const account = accountOf([command.team_id, command.enterprise_id], command.user_id, command.user_name)
  return {
    kind: 'utterance',
    key: `command ${triggerId}`,
    utterance: {
      surface: 'slack',
      account,
      // A conversation of two people is nobody's channel: there, every open incident is meant.
      channel: channel.startsWith('D') ? null : channel,
      // Slack offers no slash commands in threads.
      message: null,
      text: spokenText(command.text, null),
    },
    triggerId,
    place: { account, channel, thread: null, responseUrl: command.response_url ?? null, isPersonal: false },
  }
}
