import { randomBytes } from 'node:crypto'
import { buildDeps } from './app/build-deps.ts'
import { buildPreviews } from './app/build-previews.ts'
import { buildSlack } from './app/build-slack.ts'
import { buildTeams } from './app/build-teams.ts'
import { checkpointReader } from './app/checkpoint-reader.ts'
import { createClosers } from './app/closers.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { listen } from './app/listen.ts'
import { openAudit } from './app/open-audit.ts'
import { openCheckpointPlaces } from './app/open-checkpoint-places.ts'
import { openClock } from './adapters/schedule/open-clock.ts'
import { openDeliverer } from './orchestrator/outbox/open-deliverer.ts'
import { openOperations } from './app/open-operations.ts'
import { openWeb } from './app/open-web.ts'
import { openWorkers } from './app/open-workers.ts'
import { startLookout } from './app/start-lookout.ts'
import { settleConfiguration } from './app/settle-configuration.ts'
import { publishCheckpoint } from './app/publish-checkpoint.ts'
import { surfacesOf } from './app/surfaces-of.ts'
import { COUNTERSIGN } from './domain/actor.ts'
import { canonicalJson } from './kernel/canonical-json.ts'
import { sha256Hex } from './kernel/sha256.ts'
import type { IncidentRooms } from './ports/incident-rooms.ts'
import type { ChatSurface } from './ports/chat-surface.ts'
import type { Closers } from './app/closers.ts'
import type { Config } from './config/config.ts'
import type { Foundation } from './app/build-deps.ts'
import type { Json } from './kernel/json.ts'
import type { Logger } from './kernel/logger.ts'
import type { SignIn } from './adapters/console/console-settings.ts'

export const PROCESS_ROLES = ['web', 'worker'] as const
export type ProcessRole = (typeof PROCESS_ROLES)[number]

export interface AppOptions {
  readonly config: Config
  readonly log: Logger
  /** Both on a laptop; split where the load asks for it. */
  readonly roles: readonly ProcessRole[]
  readonly replicaId: string
  /** The demo lets one pick whom to be; undefined asks for the API token. */
  readonly signIn?: SignIn
  /** What is taken out of all that leaves; undefined takes the secrets of the configuration, and only tests say else. */
  readonly secrets?: readonly string[] | undefined
}

export interface App {
  /** Where the HTTP server listens; a worker alone answers there for operations only. */
  readonly url: string
  /** Names of folders that do not answer: where there are any, the process does not end by itself. */
  hanging(): readonly string[]
  /** Graceful: takes nothing more, ends what is in work, gives leases back, closes in reverse. */
  close(): Promise<void>
}

export function newReplicaId(): string {
  return `r-${randomBytes(4).toString('hex')}`
}

/** Builds the whole house and starts it. What was opened before a failure is closed again. */
export async function openApp(options: AppOptions): Promise<App> {
  const closers = createClosers(options.log)
  try {
    const { url, hanging } = await openParts(options, closers)
    return { url, hanging, close: () => closers.closeAll() }
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

async function openParts(options: AppOptions, closers: Closers): Promise<Pick<App, 'url' | 'hanging'>> {
  const { config, log, replicaId, roles } = options
  for (const warning of config.warnings) log.warn({ warning }, 'the configuration has a gap')
  for (const setting of config.unserved) log.warn({ setting }, 'a setting is read and not acted on yet')
  const telemetry = createMetrics()
  const supervisesJobs = roles.includes('worker')
  const decidesInConsole = options.signIn?.kind === 'pick'
  const needs = {
    config,
    log,
    telemetry,
    secrets: options.secrets,
    replicaId,
    surfaces: surfacesOf(config),
    supervisesJobs,
    decidesInConsole,
  }
  const foundation = await buildDeps(needs, closers)
  await settleConfiguration(config, foundation.deps)
  const slack = await buildSlack(config, foundation)
  if (slack !== null) closers.add('slack', () => slack.close())
  const teams = await buildTeams(config, foundation)
  if (teams !== null) closers.add('teams', () => teams.close())
  const chats = [
    ...(slack === null ? [] : [{ surface: slack.surface, rooms: slack.rooms }]),
    ...(teams === null ? [] : [{ surface: teams.surface, rooms: null }]),
  ]
  const audit = await startWorking(options, foundation, chats, closers)
  const isWeb = roles.includes('web')
  // Where one may be anybody, nothing is real: only there cards that are made up are shown.
  const previews = decidesInConsole ? await buildPreviews() : null
  const server = isWeb
    ? openWeb({ config, foundation, metrics: telemetry, audit, slack, teams, signIn: options.signIn, previews })
    : openOperations(config, foundation, telemetry, audit)
  closers.add('http', () => server.close())
  const url = await listen(server, config.environment)
  if (isWeb) slack?.start()
  log.info({ url, roles, mode: config.settings.mode }, 'Countersign is ready')
  return { url, hanging: () => audit.hanging }
}

/** Where this installation speaks: a message for another surface would wait for ever. */

/** Sequencer, deliverers, workers and clock; a web replica numbers audit leaves as well, so that nothing waits for a worker. */
async function startWorking(
  options: AppOptions,
  foundation: Foundation,
  chats: readonly { readonly surface: ChatSurface; readonly rooms: IncidentRooms | null }[],
  closers: Closers,
) {
  const { config, log, replicaId, roles } = options
  const { deps, database, signals, jobs } = foundation
  const places = openCheckpointPlaces(config)
  const audit = await openAudit({
    config,
    pool: database.pool,
    db: database.db,
    stores: deps.stores,
    signals,
    seal: deps.seal,
    clock: deps.clock,
    log,
    telemetry: deps.telemetry,
    replicaId,
    clockOffset: foundation.clockOffset,
    places,
    published: publishCheckpoint(deps, {
      copies: places.copies,
      lineEveryMs: config.settings.audit.lineEvery,
    }),
  })
  closers.add('audit', () => audit.close())
  await recordStart(foundation, config, 'service.started', roles)
  closers.add('audit stop', () => recordStart(foundation, config, 'service.stopped', roles))
  // Before the log's last checkpoint, so that it covers them.
  closers.add('reads', () => deps.reads.close())
  const lookout = startLookout(config, foundation)
  closers.add('lookout', () => lookout.close())
  if (!roles.includes('worker')) return audit
  const workers = await openWorkers(deps, jobs.workers, {
    readCheckpoints: checkpointReader(config, places.reading),
    runsAtOnce: config.settings.execution.runsAtOnce,
  })
  closers.add('workers', () => workers.close())
  for (const { surface, rooms } of chats) {
    const deliverer = openDeliverer(deps, surface, signals, rooms)
    closers.add(`deliverer ${surface.name}`, () => deliverer.close())
  }
  const clock = openClock(() => deps.stores.jobs.enqueue('clock.tick', {}, { singletonKey: 'tick' }), log)
  closers.add('clock', () => clock.close())
  return audit
}

/** Start and stop of the service are on the log (PCI DSS 10.2.1.6). */
async function recordStart(
  { deps }: Foundation,
  config: Config,
  event: string,
  roles: readonly string[],
): Promise<void> {
  const details = {
    ...{ roles, mode: deps.settings.mode, playbooks: deps.playbooks.length },
    // People and catalog are not put to people: what a replica saw of them is on record.
    ...{ configuration: deps.configuration.digest, found: config.found.digest },
    // Whose word about the source of a request was believed from here on.
    trustedProxies: config.settings.server.trustedProxies,
    people: digestOf(config.people),
    catalog: digestOf([...config.catalog.services.values()]),
  }
  const target = { system: 'countersign', resource: 'service', environment: null }
  await deps.stores.audit.append([
    deps.seal({ event, actor: COUNTERSIGN, origin: 'clock', outcome: 'success', target, details }),
  ])
}

function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify(value)) as Json))
}
