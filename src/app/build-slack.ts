import { handlePress } from '../orchestrator/verbs/handle-press.ts'
import { handleUtterance } from '../orchestrator/verbs/handle-utterance.ts'
import { recordKnownRefusal } from '../orchestrator/record-refusal.ts'
import type { Config } from '../config/config.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { Slack } from '../adapters/slack/open-slack.ts'

/** Slack, when it is configured; its SDK is loaded only then. */
export async function buildSlack(config: Config, deps: Deps): Promise<Slack | null> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_API_URL: apiUrl } = config.environment
  if (botToken === undefined) return null
  const { openSlack } = await import('../adapters/slack/open-slack.ts')
  return openSlack({
    settings: {
      botToken,
      signingSecrets: config.environment.SLACK_SIGNING_SECRET,
      appToken: appToken ?? null,
      apiUrl: apiUrl ?? null,
    },
    say: (utterance) => handleUtterance(deps, utterance),
    press: (press) => handlePress(deps, press),
    deliveries: deps.stores.deliveries,
    recordRefusal: (reason) => recordKnownRefusal(deps, { source: 'slack', reason, origin: 'slack' }),
    log: deps.log,
    telemetry: deps.telemetry,
    clock: deps.clock,
  })
}
