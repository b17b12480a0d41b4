/** Requests as Slack sends them: shapes and field names of its documentation, values of ours. */
export interface SlackUser {
  readonly team: string
  readonly user: string
  readonly name?: string
}

export interface CommandOptions {
  readonly channel: string
  readonly responseUrl: string
  readonly triggerId: string
}

export function commandFields(by: SlackUser, text: string, options: CommandOptions): Record<string, string> {
  return {
    token: 'legacy-token',
    team_id: by.team,
    team_domain: 'example-bank',
    channel_id: options.channel,
    channel_name: 'incidents',
    user_id: by.user,
    user_name: by.name ?? 'someone',
    command: '/incident',
    text,
    api_app_id: 'A0001',
    is_enterprise_install: 'false',
    response_url: options.responseUrl,
    trigger_id: options.triggerId,
  }
}

export interface PressOptions {
  readonly channel: string
  readonly message: string
  readonly actionId: string
  readonly value: string
  readonly responseUrl: string
  readonly triggerId: string
  readonly containerType?: string
}

export function blockActions(by: SlackUser, options: PressOptions): Record<string, unknown> {
  return {
    type: 'block_actions',
    user: { id: by.user, username: by.name ?? 'someone', name: by.name ?? 'someone', team_id: by.team },
    api_app_id: 'A0001',
    token: 'legacy-token',
    container: {
      type: options.containerType ?? 'message',
      message_ts: options.message,
      channel_id: options.channel,
      is_ephemeral: false,
    },
    trigger_id: options.triggerId,
    team: { id: by.team, domain: 'example-bank' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: options.channel, name: 'incidents' },
    message: { type: 'message', ts: options.message, user: 'UBOT', text: 'card' },
    response_url: options.responseUrl,
    actions: [
      {
        action_id: options.actionId,
        block_id: 'b1',
        text: { type: 'plain_text', text: 'Button', emoji: false },
        value: options.value,
        type: 'button',
        action_ts: '1700000000.000001',
      },
    ],
  }
}

export interface SubmissionOptions {
  readonly callbackId: string
  readonly privateMetadata: string
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly viewId?: string
  readonly triggerId: string
}

export function viewSubmission(by: SlackUser, options: SubmissionOptions): Record<string, unknown> {
  return {
    type: 'view_submission',
    team: { id: by.team, domain: 'example-bank' },
    user: { id: by.user, username: by.name ?? 'someone', name: by.name ?? 'someone', team_id: by.team },
    api_app_id: 'A0001',
    token: 'legacy-token',
    trigger_id: options.triggerId,
    view: {
      id: options.viewId ?? `V${options.triggerId}`,
      team_id: by.team,
      type: 'modal',
      private_metadata: options.privateMetadata,
      callback_id: options.callbackId,
      state: { values: options.values },
      hash: '156772938.1827394',
      title: { type: 'plain_text', text: 'Form', emoji: false },
      root_view_id: 'V1',
      app_id: 'A0001',
      bot_id: 'BBOT',
    },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  }
}

export interface MentionOptions {
  readonly channel: string
  readonly eventId: string
  readonly thread?: string
  readonly botId?: string
}

export function mentionEvent(by: SlackUser, text: string, options: MentionOptions): Record<string, unknown> {
  return {
    token: 'legacy-token',
    team_id: by.team,
    api_app_id: 'A0001',
    event: {
      type: 'app_mention',
      user: by.user,
      text: `<@UBOT> ${text}`,
      ts: '1700000000.000100',
      channel: options.channel,
      team: by.team,
      event_ts: '1700000000.000100',
      ...(options.thread === undefined ? {} : { thread_ts: options.thread }),
      ...(options.botId === undefined ? {} : { bot_id: options.botId }),
    },
    type: 'event_callback',
    event_id: options.eventId,
    event_time: 1_700_000_000,
    authorizations: [
      { enterprise_id: null, team_id: by.team, user_id: 'UBOT', is_bot: true, is_enterprise_install: false },
    ],
  }
}

export interface ShortcutOptions {
  readonly callbackId: string
  readonly triggerId: string
  readonly responseUrl: string
  readonly channel: string
  readonly message: {
    readonly ts: string
    readonly user: string
    readonly text: string
    readonly thread?: string
    readonly team?: string
  }
}

export function messageShortcut(by: SlackUser, options: ShortcutOptions): Record<string, unknown> {
  const { ts, user, text, thread, team } = options.message
  return {
    type: 'message_action',
    token: 'legacy-token',
    action_ts: '1700000000.000002',
    team: { id: by.team, domain: 'example-bank' },
    user: { id: by.user, team_id: by.team, name: by.name ?? 'someone' },
    channel: { id: options.channel, name: 'incidents' },
    is_enterprise_install: false,
    enterprise: null,
    callback_id: options.callbackId,
    trigger_id: options.triggerId,
    response_url: options.responseUrl,
    message_ts: ts,
    message: {
      type: 'message',
      user,
      ts,
      text,
      team: team ?? by.team,
      client_msg_id: '0001',
      ...(thread === undefined ? {} : { thread_ts: thread }),
    },
  }
}

export function globalShortcut(by: SlackUser, callbackId: string, triggerId: string): Record<string, unknown> {
  return {
    type: 'shortcut',
    token: 'legacy-token',
    action_ts: '1700000000.000003',
    team: { id: by.team, domain: 'example-bank' },
    user: { id: by.user, username: by.name ?? 'someone', team_id: by.team },
    is_enterprise_install: false,
    enterprise: null,
    callback_id: callbackId,
    trigger_id: triggerId,
  }
}

/** Any event of the Events API, in its envelope. */
export function eventCallback(by: SlackUser, eventId: string, event: object): Record<string, unknown> {
  return {
    token: 'legacy-token',
    team_id: by.team,
    api_app_id: 'A0001',
    event: { event_ts: '1700000000.000200', ...event },
    type: 'event_callback',
    event_id: eventId,
    event_time: 1_700_000_000,
    authorizations: [
      { enterprise_id: null, team_id: by.team, user_id: 'UBOT', is_bot: true, is_enterprise_install: false },
    ],
  }
}

export function reaction(by: SlackUser, type: 'reaction_added' | 'reaction_removed', at: ReactionPlace): object {
  const { channel, ts, emoji = 'pushpin' } = at
  return { type, user: by.user, reaction: emoji, item: { type: 'message', channel, ts }, item_user: 'U0002' }
}

interface ReactionPlace {
  readonly channel: string
  readonly ts: string
  readonly emoji?: string
}
