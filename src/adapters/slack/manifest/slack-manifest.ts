import { AGENT_PROMPTS } from '../agent-prompts.ts'
import { BOT_EVENTS } from '../bot-events.ts'
import { BOT_SCOPES } from './bot-scopes.ts'
import { SHORTCUTS } from '../shortcuts.ts'

export interface ManifestChoices {
  /** Where Slack reaches the service, without a slash at the end; null in Socket Mode without OAuth. */
  readonly publicUrl: string | null
  /** Everything comes in over a connection that the service opens itself. */
  readonly usesSocket: boolean
}

const SHORTCUT_TEXTS: Readonly<Record<keyof typeof SHORTCUTS, string>> = {
  addToTimeline: 'Puts this message on an incident’s timeline',
  declare: 'Opens an incident by hand',
}

/**
 * The app as Slack's manifest schema describes it. It is made from what the adapter really calls, hears and
 * offers, so that it cannot ask for more.
 */
export function slackManifest({ publicUrl, usesSocket }: ManifestChoices): Readonly<Record<string, unknown>> {
  const requestUrl = usesSocket || publicUrl === null ? {} : { request_url: `${publicUrl}/slack/events` }
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: { name: 'Countersign', description: 'Incidents, proposals and approvals' },
    features: featuresOf(requestUrl.request_url),
    oauth_config: {
      ...(publicUrl === null ? {} : { redirect_urls: [`${publicUrl}/slack/oauth_redirect`] }),
      scopes: { bot: BOT_SCOPES.map(({ scope }) => scope) },
    },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: [...BOT_EVENTS] },
      interactivity: { is_enabled: true, ...requestUrl },
      org_deploy_enabled: true,
      socket_mode_enabled: usesSocket,
      token_rotation_enabled: false,
    },
  }
}

function featuresOf(requestUrl: string | undefined): Readonly<Record<string, unknown>> {
  return {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    agent_view: {
      agent_description: 'Says what is open, what probably changed and what is asked of you. Only people approve.',
      suggested_prompts: AGENT_PROMPTS.map(({ title, message }) => ({ title, message })),
    },
    bot_user: { display_name: 'countersign', always_online: true },
    shortcuts: (Object.keys(SHORTCUTS) as (keyof typeof SHORTCUTS)[]).map((key) => ({
      name: SHORTCUTS[key].name,
      type: SHORTCUTS[key].type,
      callback_id: SHORTCUTS[key].callbackId,
      description: SHORTCUT_TEXTS[key],
    })),
    slash_commands: [
      {
        command: '/incident',
        ...(requestUrl === undefined ? {} : { url: requestUrl }),
        description: 'Incidents, proposals and approvals',
        usage_hint: 'help',
        should_escape: true,
      },
    ],
  }
}
