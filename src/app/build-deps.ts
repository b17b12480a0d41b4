import { randomBytes } from 'node:crypto'
import { createAccountStandings } from './account-standings.ts'
import { buildConnectors } from './build-connectors.ts'
import { buildModel } from './build-model.ts'
import { buildSettings } from './build-settings.ts'
import { createFirstCards } from '../orchestrator/outbox/first-cards.ts'
import { createResvgRasterizer } from '../connectors/picture/resvg-rasterizer.ts'
import { createClockOffset } from './clock-offset.ts'
import { createSealer } from './create-sealer.ts'
import { secretsOf } from './open-audit.ts'
import { redactTexts } from '../audit/redact-texts.ts'
import { systemFactsOf } from './system-facts.ts'
import { createUnitOfWork } from '../store/unit-of-work.ts'
import { openDirectory } from '../config/open-directory.ts'
import { openConfiguration } from '../orchestrator/configuration/open-configuration.ts'
import { openReadLog } from '../orchestrator/read/open-read-log.ts'
import { recentLogDelay } from '../orchestrator/recent-log-delay.ts'
import { openJobs } from '../store/jobs.ts'
import { openSignals } from '../store/signals.ts'
import { connect, openStorage } from './open-storage.ts'
import { openStores } from '../store/open-stores.ts'
import { prepareTables } from './prepare-tables.ts'
import { systemClock } from '../kernel/clock.ts'
import type { ClockOffset } from './clock-offset.ts'
import type { Closers } from './closers.ts'
import type { Config } from '../config/config.ts'
import type { Database, OpenDatabase } from '../store/database.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { Jobs } from '../store/jobs.ts'
import type { Logger } from '../kernel/logger.ts'
import type { StandingsBySurface } from './account-standings.ts'
import type { Storage } from './open-storage.ts'
import type { Redactor } from '../kernel/redactor.ts'
import type { Signals } from '../ports/signals.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { Telemetry } from '../ports/telemetry.ts'

const LEAST_CONNECTIONS = 12
/** A run needs one now and then only: between its statements it waits for its target. */
const RUNS_A_CONNECTION = 3

export interface Foundation {
  readonly deps: Deps
  readonly database: OpenDatabase
  readonly signals: Signals
  readonly jobs: Jobs
  /** `deps.accountStandings`, to which each chat surface adds its own. */
  readonly standings: StandingsBySurface
  readonly clockOffset: ClockOffset
  /** Values that may go nowhere: the tokens of this installation. */
  readonly secrets: readonly string[]
  /** For whatever leaves: chat, prompts. */
  readonly redact: Redactor
}

export interface FoundationNeeds {
  readonly config: Config
  readonly log: Logger
  readonly telemetry: Telemetry
  /** In the place of those of the configuration. */
  readonly secrets?: readonly string[] | undefined
  readonly replicaId: string
  readonly surfaces: readonly SurfaceName[]
  /** This process also looks after timeouts and old jobs. */
  readonly supervisesJobs: boolean
  /** People sign in to the console as themselves. */
  readonly decidesInConsole?: boolean
}

/** Everything below the adapters, from database to connectors; what is opened is handed to the closers. */
export async function buildDeps(needs: FoundationNeeds, closers: Closers): Promise<Foundation> {
  const { config, log, telemetry, replicaId, surfaces, secrets = secretsOf(config) } = needs
  const redact: Redactor = (value) => redactTexts(value, { secrets })
  const storage = await openStorage(config, log)
  closers.add('storage', () => storage.close())
  const { database, signals, jobs } = await openEngine(needs, storage, closers)
  const storesOf = (db: Database) => openStores(db, { surfaces, queueOf: (handle) => jobs.queueOf(handle) })
  const stores = storesOf(database.db)
  const clock = systemClock
  const clockOffset = createClockOffset()
  const directory = openDirectory(config.peopleFile, config.people, log)
  closers.add('directory', () => directory.close())
  const standings = createAccountStandings()
  const configuration = openConfiguration({ store: stores.configuration, signals, log, found: config.found })
  closers.add('configuration', () => configuration.close())
  const connectors = buildConnectors({ config, stores, clock, telemetry })
  const seal = createSealer({
    ...{ clock, randomBytes, replicaId, clockOffset, secrets },
    catalog: config.catalog,
    systems: systemFactsOf(config),
    retentionMonths: config.settings.audit.retention.months,
  })
  const reads = openReadLog({ audit: stores.audit, seal, clock, log, telemetry })
  closers.add('reads', () => reads.close())
  const deps: Deps = {
    unitOfWork: createUnitOfWork(database.pool, storesOf),
    stores,
    clock,
    log,
    randomBytes,
    telemetry,
    settings: buildSettings(config, replicaId, needs.decidesInConsole),
    catalog: config.catalog,
    configuration,
    get playbooks() {
      return configuration.playbooks
    },
    directory,
    accountStandings: standings,
    onCall: connectors.onCall,
    seal,
    redact,
    reads,
    logDelay: recentLogDelay(stores.auditReader, clock),
    authorize: configuration.authorize,
    actions: connectors.actions,
    metrics: connectors.metrics,
    changeSources: connectors.changeSources,
    deployState: connectors.deployState,
    evidenceSources: connectors.evidenceSources,
    commits: connectors.commits,
    logs: connectors.logs,
    previewers: connectors.previewers,
    // A picture's words leave with it, and nothing can be taken out of pixels.
    pictures: createResvgRasterizer(redact),
    model: buildModel(config, redact),
    firstCards: createFirstCards(),
  }
  return { deps, database, signals, jobs, standings, clockOffset, secrets, redact }
}

async function openEngine(needs: FoundationNeeds, storage: Storage, closers: Closers) {
  const { config, log, replicaId } = needs
  const { url } = storage
  const database = await connect(storage, {
    applicationName: `countersign ${replicaId}`,
    maxConnections: Math.max(LEAST_CONNECTIONS, Math.ceil(config.settings.execution.runsAtOnce / RUNS_A_CONNECTION)),
    onConnectionLost: (error) => {
      log.warn({ error }, 'an idle database connection was lost')
    },
  })
  closers.add('database', () => database.close())
  await prepareTables(storage, database.db, log)
  const signals = await openSignals({ url, log })
  closers.add('signals', () => signals.close())
  const jobs = await openJobs({ pool: database.pool, signals, log, randomBytes, supervises: needs.supervisesJobs })
  closers.add('jobs', () => jobs.close())
  return { database, signals, jobs }
}
