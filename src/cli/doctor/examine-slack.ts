import { buildSettings } from '../../app/build-settings.ts'
import { slackOf } from '../../app/build-slack.ts'
import { silentLogger } from '../../kernel/silent-logger.ts'
import { silentTelemetry } from '../../telemetry/silent-telemetry.ts'
import { systemClock } from '../../kernel/clock.ts'
import { guarded } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'

const nobody = (): Promise<never> => Promise.reject(new Error('The doctor takes nothing in.'))

/** Asks Slack as the service would, and takes nothing from it. */
export async function examineSlack(config: Config): Promise<readonly Finding[]> {
  return guarded('Slack', 'Check SLACK_BOT_TOKEN and SLACK_API_URL.', async () => {
    const slack = await slackOf(config, {
      say: nobody,
      press: nobody,
      rich: { offerForm: nobody, submit: nobody, capture: nobody, follow: nobody, home: nobody },
      deliveries: { serve: nobody, served: nobody },
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
