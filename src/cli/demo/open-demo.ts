import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { PROCESS_ROLES, newReplicaId, openApp } from '../../app.ts'
import { choosePort } from './choose-port.ts'
import { createClosers } from '../../app/closers.ts'
import { createLogger } from '../../telemetry/create-logger.ts'
import { createReader } from './incident-reader.ts'
import { lendToAwsSdk } from './lend-to-aws-sdk.ts'
import { loadConfig } from '../../config/load-config.ts'
import { makeDemoFolder } from './demo-folder.ts'
import { openEmbeddedPostgres } from '../../store/embedded-postgres.ts'
import { openSandbox } from '../../sandbox/open-sandbox.ts'
import { redactLogLine } from '../../audit/redact-texts.ts'
import { secretsOf } from '../../app/open-audit.ts'
import { silentLogger } from '../../kernel/silent-logger.ts'
import { startWatchdog } from './watchdog.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Closers } from '../../app/closers.ts'
import type { CommandContext } from '../command.ts'
import type { Config } from '../../config/config.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { IncidentReader } from './incident-reader.ts'
import type { Reporter } from './reporter.ts'
import type { Sandbox } from '../../sandbox/open-sandbox.ts'
import type { Scenario } from '../../sandbox/world/scenario.ts'
import type { WorldEvent } from '../../sandbox/world/event.ts'
import type { WorldFile } from '../../sandbox/world/world-file.ts'

export interface DemoSettings {
  readonly world: WorldFile
  readonly scenario: Scenario
  readonly seed: number
  readonly isAuto: boolean
  readonly port: number | undefined
  /** Where the sandbox's own configuration lies. */
  readonly folder: string
  readonly context: CommandContext
  readonly reporter: Reporter
}

export interface Demo {
  /** Of the console. */
  readonly url: string
  readonly config: Config
  /** What the commands of the CLI need to find this installation. */
  readonly variables: Readonly<Record<string, string>>
  readonly configPath: string
  /** For files of the moment; removed at the end. */
  readonly folder: string
  readonly scenario: Scenario
  readonly sandbox: Sandbox
  readonly incidents: IncidentReader
  readonly reporter: Reporter
  close(): Promise<void>
}

const SANDBOX_NOTE =
  'Demo. Simulated on this machine: the shop and its people, Prometheus, Alertmanager, Loki, Argo CD, Lambda and PagerDuty. ' +
  'Real: Countersign itself, its database, its policies, approvals and audit log. Nothing outside this machine is touched.'
/** What of the user's own environment holds in the demo as well: chat and model, when they want them. */
const PASSED_ON = /^(SLACK_|OPENAI_|LOG_LEVEL$)/

/** Everything the demo needs, the real product included. What was opened before a failure is closed again. */
export async function openDemo(settings: DemoSettings): Promise<Demo> {
  const closers = createClosers(silentLogger)
  try {
    return await openParts(settings, closers)
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

async function openParts(settings: DemoSettings, closers: Closers): Promise<Demo> {
  const { context, reporter, scenario } = settings
  const folder = await makeDemoFolder(context.variables['COUNTERSIGN_DATA'])
  const watchdog = startWatchdog(folder.path)
  closers.add('watchdog', () => watchdog.release())
  closers.add('folder', () => folder.remove())
  reporter.say('Starts a database and the shop.')
  const [database, sandbox] = await Promise.all([openDatabase(folder, closers), openWorld(settings, closers)])
  const tokens = { webhook: randomBytes(18).toString('hex'), api: randomBytes(18).toString('hex') }
  const variables = {
    ...Object.fromEntries(Object.entries(context.variables).flatMap(passOn)),
    ...sandbox.variables,
    ...database,
    ...{ HOST: '127.0.0.1', PORT: String(await portFor(settings)), COUNTERSIGN_DATA: folder.data },
    ...{ COUNTERSIGN_WEBHOOK_TOKEN: tokens.webhook, COUNTERSIGN_API_TOKEN: tokens.api },
  }
  closers.add('environment', lendToAwsSdk({ ...sandbox.variables }))
  const configPath = join(settings.folder, 'countersign.yaml')
  const config = await loadConfig({ variables, configPath, workingFolder: process.cwd() })
  reporter.say('Starts Countersign.')
  const app = await openProduct(config, context)
  closers.add('Countersign', () => app.close())
  const { url } = app
  sandbox.sendTo({ url, token: tokens.webhook })
  const incidents = createReader(url, tokens.api, context.signal)
  const parts = { url, config, variables, configPath, folder: folder.path, scenario, sandbox, incidents, reporter }
  return { ...parts, close: () => closers.closeAll() }
}

function passOn([name, value]: [string, string | undefined]): readonly [string, string][] {
  return value !== undefined && PASSED_ON.test(name) ? [[name, value]] : []
}

async function openDatabase(folder: DemoFolder, closers: Closers) {
  // Without fsync, as for tests: nothing of a demo outlives it, so nothing has to be safe from a power cut.
  const postgres = await openEmbeddedPostgres({ home: folder.data, log: silentLogger, purpose: 'tests' })
  closers.add('database', () => postgres.close())
  return { DATABASE_URL: postgres.url(), DATABASE_ADMIN_URL: postgres.ownerUrl() }
}

async function openWorld({ world, scenario, seed, reporter }: DemoSettings, closers: Closers): Promise<Sandbox> {
  const startedAtMs = Date.now()
  const onEvent = (event: WorldEvent): void => {
    if (event.at.getTime() >= startedAtMs) reporter.say(`${event.from}: ${event.text}`)
  }
  const sandbox = await openSandbox({
    ...{ file: world, scenario, seed, clock: systemClock, watches: true },
    onEvent,
  })
  closers.add('sandbox', () => sandbox.close())
  return sandbox
}

async function portFor({ port, isAuto }: DemoSettings): Promise<number> {
  return port ?? (isAuto ? 0 : choosePort())
}

function openProduct(config: Config, context: CommandContext) {
  const secrets = secretsOf(config)
  const replicaId = newReplicaId()
  const isChosen = Boolean(context.variables['LOG_LEVEL'])
  const log = createLogger({
    level: isChosen ? config.environment.LOG_LEVEL : 'error',
    replicaId,
    redact: (line) => redactLogLine(line, { secrets }),
    write: (line) => {
      context.printError(line.trimEnd())
    },
  })
  return openApp({
    ...{ config, log, replicaId, roles: PROCESS_ROLES },
    signIn: { kind: 'pick', sandboxNote: SANDBOX_NOTE },
  })
}
