import { buildConversation } from './build-conversation.ts'
import { buildRichConversation } from './build-rich-conversation.ts'
import { recordKnownRefusal } from '../orchestrator/record-refusal.ts'
import { slackOAuthIn } from './slack-oauth-of.ts'
import type { Config } from '../config/config.ts'
import type { Foundation } from './build-deps.ts'
import type { Slack, SlackParts } from '../adapters/slack/open-slack.ts'

/** Slack, when it is configured, and what comes in from it done by the orchestrator. */
export async function buildSlack(config: Config, { deps, standings, redact }: Foundation): Promise<Slack | null> {
  const oauth = slackOAuthIn(config, deps)
  const slack = await slackOf(config, {
    ...(oauth === undefined ? {} : { oauth }),
    ...buildConversation(deps),
    rich: buildRichConversation(deps),
    deliveries: deps.stores.deliveries,
    recordRefusal: (reason) => recordKnownRefusal(deps, { source: 'slack', reason, origin: 'slack' }),
    log: deps.log,
    telemetry: deps.telemetry,
    clock: deps.clock,
    redact,
  })
  if (slack !== null) standings.register('slack', slack.standings)
  return slack
}

/** Its SDK is loaded only where it is configured. */
export async function slackOf(config: Config, parts: Omit<SlackParts, 'settings'>): Promise<Slack | null> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_API_URL: apiUrl } = config.environment
  if (botToken === undefined && parts.oauth === undefined) return null
  const { openSlack } = await import('../adapters/slack/open-slack.ts')
  const signingSecrets = config.environment.SLACK_SIGNING_SECRET
  const settings = { botToken: botToken ?? null, signingSecrets, appToken: appToken ?? null, apiUrl: apiUrl ?? null }
  return openSlack({ settings, ...parts })
}
