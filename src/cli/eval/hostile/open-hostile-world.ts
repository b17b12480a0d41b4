import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { buildDeps } from '../../../app/build-deps.ts'
import { buildModel } from '../../../app/build-model.ts'
import { createClosers } from '../../../app/closers.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { makeDemoFolder } from '../../demo/demo-folder.ts'
import { openEmbeddedPostgres } from '../../../store/embedded-postgres.ts'
import { openEvilModel } from '../../../sandbox/model/evil-model.ts'
import { openLokiServer } from '../../../sandbox/loki/loki-server.ts'
import { renderCard as renderSlackCard } from '../../../adapters/slack/render/render-card.ts'
import { renderCard as renderTeamsCard } from '../../../adapters/teams/render/render-card.ts'
import { silentLogger } from '../../../kernel/silent-logger.ts'
import { silentTelemetry } from '../../../telemetry/silent-telemetry.ts'
import { stillActions, stillDeploys } from './still-target.ts'
import type { Closers } from '../../../app/closers.ts'
import type { CommandContext } from '../../command.ts'
import type { Config } from '../../../config/config.ts'
import type { Deps } from '../../../orchestrator/dependencies.ts'
import type { HostileWorld } from './run-hostile.ts'
import type { LogLine } from '../../../sandbox/loki/log-line.ts'

const SANDBOX = fileURLToPath(new URL('../../../../sandbox', import.meta.url))

/** Of no use to anybody, and told from every word that an attack may hold. */
const LOKI_TOKEN = 'loki-of-the-evaluation'

/**
 * The product on a database of its own, with the sandbox's services, playbooks and policies, with a Loki that is asked
 * over HTTP by the product's own connector, and with the evil model.
 */
export async function withHostileWorld<Result>(
  context: CommandContext,
  work: (world: HostileWorld) => Promise<Result>,
): Promise<Result> {
  const closers = createClosers(silentLogger)
  try {
    const folder = await makeDemoFolder(context.variables['COUNTERSIGN_DATA'])
    closers.add('folder', () => folder.remove())
    const postgres = await openEmbeddedPostgres({ home: folder.data, log: silentLogger, purpose: 'tests' })
    closers.add('database', () => postgres.close())
    const model = await openEvilModel()
    closers.add('model', () => model.close())
    let lines: readonly LogLine[] = []
    const loki = await openLokiServer({
      token: LOKI_TOKEN,
      read: ({ fromMs, toMs, isMeant }) =>
        lines.filter(({ atMs, labels }) => atMs >= fromMs && atMs < toMs && isMeant(labels)),
    })
    closers.add('log', () => loki.close())
    const config = await loadConfig({
      variables: {
        ...{ DATABASE_URL: postgres.url(), DATABASE_ADMIN_URL: postgres.ownerUrl(), COUNTERSIGN_DATA: folder.data },
        ...{ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'none' },
        ...{ LOKI_URL: loki.url, LOKI_TOKEN },
      },
      configPath: join(SANDBOX, 'countersign.yaml'),
      workingFolder: process.cwd(),
    })
    let number = 0
    return await work({
      deps: await depsOf(config, closers),
      writeLog: (written) => {
        lines = written
      },
      draw: drawCards,
      orders: model.orders,
      nextNumber: () => (number += 1),
    })
  } finally {
    await closers.closeAll()
  }
}

/** The real house; only its targets stand still, and no alert joins the incident of the case before. */
async function depsOf(config: Config, closers: Closers): Promise<Deps> {
  const { deps } = await buildDeps(
    {
      ...{ config, log: silentLogger, telemetry: silentTelemetry, replicaId: 'eval', surfaces: [] },
      supervisesJobs: false,
    },
    closers,
  )
  return {
    ...deps,
    playbooks: config.playbooks,
    model: buildModel(config),
    actions: stillActions,
    deployState: stillDeploys,
    settings: { ...deps.settings, groupingWindowMs: 0 },
  }
}

const drawCards: HostileWorld['draw'] = (view) => [renderSlackCard(view), renderTeamsCard(view)]
