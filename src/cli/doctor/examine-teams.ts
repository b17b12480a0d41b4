import { buildSettings } from '../../app/build-settings.ts'
import { guarded } from './finding.ts'
import { silentLogger } from '../../kernel/silent-logger.ts'
import { silentTelemetry } from '../../telemetry/silent-telemetry.ts'
import { systemClock } from '../../kernel/clock.ts'
import { teamsOf } from '../../app/build-teams.ts'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'

const nobody = (): Promise<never> => Promise.reject(new Error('The doctor takes nothing in.'))

/** Asks Teams as the service would, at its global address, and takes nothing from it. */
export async function examineTeams(config: Config): Promise<readonly Finding[]> {
  return guarded('Teams', 'Check MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId.', async () => {
    const teams = await teamsOf(config, {
      ...{ say: nobody, press: nobody, home: nobody },
      deliveries: { serve: nobody, served: nobody, servedAnswer: nobody },
      conversations: {
        remember: nobody,
        find: async () => undefined,
        findPersonal: async () => undefined,
        listNewestChannels: async () => [],
        findNewestServiceUrl: async () => undefined,
        markRemoved: nobody,
      },
      recordRefusal: async () => undefined,
      log: silentLogger,
      telemetry: silentTelemetry,
      clock: systemClock,
    })
    if (teams === null) return []
    try {
      const routes = buildSettings(config, 'doctor').routes.filter((route) => route.surface === 'teams')
      return await teams.checkHealth(routes.map((route) => route.channel))
    } finally {
      await teams.close()
    }
  })
}
