import type { BOT_EVENTS } from '../bot-events.ts'

/** What each event is heard for. */
export const EVENT_REASONS: Readonly<Record<(typeof BOT_EVENTS)[number], string>> = {
  app_home_opened: 'shows open incidents and what waits for this person',
  app_mention: 'the verbs in threads, where Slack has no slash commands',
  app_uninstalled: 'the token is deleted',
  'message.channels': 'edits and deletions of what is on a timeline',
  'message.groups': 'the same in private channels',
  'message.im': 'the verbs in a direct message to the app',
  reaction_added: 'a pin puts the message on the timeline',
  reaction_removed: 'taking the pin away says so on the timeline',
  tokens_revoked: 'the token is deleted',
}
