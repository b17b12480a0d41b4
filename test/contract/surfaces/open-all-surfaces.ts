import { mountApi } from '../../../src/adapters/api/mount-api.ts'
import { openConsoleDriver } from './open-console-driver.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openSlackDriver } from './open-slack-driver.ts'
import { openTeamsDriver } from './open-teams-driver.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { SurfaceDriver } from './surface-driver.ts'

export const TOKEN = 'api-token-of-the-test'

export interface AllSurfaces {
  /** Slack, Teams and console. */
  readonly drivers: readonly SurfaceDriver[]
  /** Of the API; it takes TOKEN. */
  readonly url: string
  close(): Promise<void>
}

export async function openAllSurfaces(deps: Deps): Promise<AllSurfaces> {
  const drivers = [await openSlackDriver(deps), await openTeamsDriver(deps), await openConsoleDriver(deps)]
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLogger, telemetry: deps.telemetry })
  mountApi(server, { deps, token: TOKEN, readerOfSession: () => undefined })
  const { url } = await server.listen()
  return {
    drivers,
    url,
    close: async () => {
      for (const driver of drivers) await driver.close()
      await server.close()
    },
  }
}
