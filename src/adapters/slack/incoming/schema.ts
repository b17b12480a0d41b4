import { z } from 'zod'

/** What Slack sends, with only the fields that are used: everything else is dropped before Bolt or we look at it. */
const id = z.string().min(1).max(64)
const text = z.string().max(100_000)
const address = z.string().max(2_000)
const org = z.object({ id }).nullish()
const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).optional()

export const SlashCommand = z.object({
  command: z.string().min(1).max(64),
  text: text.default(''),
  team_id: id.optional(),
  enterprise_id: id.optional(),
  user_id: id,
  user_name: text.optional(),
  channel_id: id,
  response_url: address.optional(),
  trigger_id: z.string().max(200),
  is_enterprise_install: flag,
})

const user = z.object({ id, username: text.optional(), name: text.optional(), team_id: id.nullish() })

/** A message inside a shortcut, an event or an answer of the Web API. */
export const SaidMessage = z.object({
  subtype: z.string().max(100).nullish(),
  user: id.nullish(),
  bot_id: id.nullish(),
  username: text.nullish(),
  text: text.nullish(),
  thread_ts: id.nullish(),
  team: id.nullish(),
  user_team: id.nullish(),
  source_team: id.nullish(),
  ts: id.nullish(),
})
export type SaidMessage = z.infer<typeof SaidMessage>

export const BlockActions = z.object({
  type: z.literal('block_actions'),
  user,
  team: org,
  enterprise: org,
  /** Left out where a button stands in no channel; Bolt cannot read a null there. */
  channel: z
    .object({ id })
    .nullish()
    .transform((channel) => channel ?? undefined),
  container: z.object({ type: z.string().max(64), message_ts: id.nullish(), channel_id: id.nullish() }),
  trigger_id: z.string().max(200),
  response_url: address.nullish(),
  actions: z
    .array(
      z.object({ type: z.string().max(64), action_id: z.string().max(255), value: z.string().max(2_000).nullish() }),
    )
    .min(1),
  is_enterprise_install: flag,
})

const FormField = z.object({
  value: z.string().max(3_000).nullish(),
  selected_option: z.object({ value: z.string().max(150) }).nullish(),
})

export const ViewSubmission = z.object({
  type: z.literal('view_submission'),
  user,
  team: org,
  enterprise: org,
  trigger_id: z.string().max(200).nullish(),
  view: z.object({
    id,
    callback_id: z.string().max(255),
    private_metadata: z.string().max(3_000),
    hash: z.string().max(100).nullish(),
    app_installed_team_id: id.nullish(),
    state: z.object({ values: z.record(z.string().max(255), z.record(z.string().max(255), FormField)) }),
  }),
  is_enterprise_install: flag,
})

/** A shortcut on a message: what it says comes with it. */
export const MessageShortcut = z.object({
  type: z.literal('message_action'),
  callback_id: z.string().max(255),
  user,
  team: org,
  enterprise: org,
  channel: z.object({ id }),
  trigger_id: z.string().max(200),
  response_url: address.nullish(),
  message_ts: id,
  message: SaidMessage,
  is_enterprise_install: flag,
})

/** A shortcut from the menu, which stands nowhere. */
export const GlobalShortcut = z.object({
  type: z.literal('shortcut'),
  callback_id: z.string().max(255),
  user,
  team: org,
  enterprise: org,
  trigger_id: z.string().max(200),
  is_enterprise_install: flag,
})

export const EventCallback = z.object({
  type: z.literal('event_callback'),
  team_id: id.nullish(),
  enterprise_id: id.nullish(),
  event_id: id,
  authorizations: z
    .array(
      z.object({
        user_id: id.nullish(),
        team_id: id.nullish(),
        enterprise_id: id.nullish(),
        is_enterprise_install: z.boolean().nullish(),
      }),
    )
    .optional(),
  event: SaidMessage.extend({
    type: z.string().max(100),
    channel: id.nullish(),
    channel_type: z.string().max(50).nullish(),
    reaction: z.string().max(255).nullish(),
    item: z.object({ type: z.string().max(50), channel: id.nullish(), ts: id.nullish() }).nullish(),
    /** Of a message that was edited, as it is now. */
    message: SaidMessage.nullish(),
    deleted_ts: id.nullish(),
    /** Which page of the app's home was opened. */
    tab: z.string().max(50).nullish(),
    /** Whose tokens were revoked. */
    tokens: z.object({ bot: z.array(id).nullish() }).nullish(),
  }),
  is_enterprise_install: flag,
})

export const UrlVerification = z.object({ type: z.literal('url_verification'), challenge: z.string().max(1_000) })
