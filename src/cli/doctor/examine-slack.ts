import { connect, openStorage } from '../../app/open-storage.ts'
import { createInstallationStore } from '../../store/installation-store.ts'
import { buildSettings } from '../../app/build-settings.ts'
import { slackOAuthOf } from '../../app/slack-oauth-of.ts'
import { slackOf } from '../../app/build-slack.ts'
import { silentLogger } from '../../kernel/silent-logger.ts'
import { silentTelemetry } from '../../telemetry/silent-telemetry.ts'
import { systemClock } from '../../kernel/clock.ts'
import { guarded } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { SlackOAuth } from '../../adapters/slack/install/slack-oauth.ts'
import type { Finding } from './finding.ts'

const nobody = (): Promise<never> => Promise.reject(new Error('The doctor takes nothing in.'))

/** What is installed, read once; nothing is changed. */
async function examinedOAuth(config: Config): Promise<SlackOAuth | undefined> {
  if (config.environment.SLACK_CLIENT_ID === undefined) return undefined
  const storage = await openStorage(config, silentLogger)
  try {
    const database = await connect(storage, { applicationName: 'countersign-doctor', maxConnections: 1 })
    try {
      const installed = await createInstallationStore(database.db).list()
      const nothing = async (): Promise<void> => undefined
      const looking = { list: async () => installed, save: nothing, reseal: nothing, remove: nothing }
      return slackOAuthOf(config, { list: () => config.people }, looking)
    } finally {
      await database.close()
    }
  } finally {
    await storage.close()
  }
}

/** Asks Slack as the service would, and takes nothing from it. */
export async function examineSlack(config: Config): Promise<readonly Finding[]> {
  return guarded('Slack', 'Check SLACK_BOT_TOKEN and SLACK_API_URL.', async () => {
    const oauth = await examinedOAuth(config)
    const slack = await slackOf(config, {
      ...(oauth === undefined ? {} : { oauth }),
      say: nobody,
      press: nobody,
      rich: {
        mayOfferForm: () => false,
        offerForm: nobody,
        submit: nobody,
        capture: nobody,
        follow: nobody,
        home: nobody,
      },
      deliveries: { serve: nobody, served: nobody, servedAnswer: nobody },
      recordRefusal: async () => undefined,
      log: silentLogger,
      telemetry: silentTelemetry,
      clock: systemClock,
    })
    if (slack === null) return []
    try {
      const routes = buildSettings(config, 'doctor').routes.filter((route) => route.surface === 'slack')
      return await slack.checkHealth([...new Set(routes.map((route) => route.channel))])
    } finally {
      await slack.close()
    }
  })
}
