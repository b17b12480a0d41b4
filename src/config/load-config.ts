import { dirname, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from '../kernel/errors.ts'
import { ConfigurationFile, salvageSettings } from './configuration-file.ts'
import { checkEnvironment } from './environment.ts'
import { checkOneDocument } from './check-one-document.ts'
import { findGaps } from './find-gaps.ts'
import { findSecretShapes, findSecrets, withoutSecrets } from './find-secrets.ts'
import { loadCatalog } from './load-catalog.ts'
import { loadPeople } from './load-people.ts'
import { needsHeartbeatSecret } from './heartbeat-address.ts'
import { OBSERVING_POLICY } from './observing-policy.ts'
import { parsePlaybooks } from '../playbooks/parse-playbook.ts'
import { parsePolicies } from '../policy/parse-policies.ts'
import { readFolder, readTextFile } from './read-files.ts'
import type { Config } from './config.ts'
import { versionOf } from '../domain/digest-configuration.ts'
import type { ConfigurationText } from '../domain/configuration.ts'
import type { FolderReading, TextFile } from './read-files.ts'
import type { Problem } from '../kernel/errors.ts'

export interface ConfigSource {
  readonly variables: Readonly<Record<string, string | undefined>>
  /** `--config`; else COUNTERSIGN_CONFIG; else ./countersign.yaml, which may be absent. */
  readonly configPath?: string | undefined
  /** What relative paths on the command line are relative to. */
  readonly workingFolder: string
}

/** Reads everything, then says everything that is wrong at once (ConfigurationError). */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const checked = checkEnvironment(source.variables)
  const file = await readConfigurationFile(source)
  const { settings } = file
  const folder = dirname(file.path)
  const at = (path: string): string => resolve(folder, path)
  const catalog = await loadCatalog(at(settings.catalog))
  const people = await loadPeople(at(settings.people))
  const playbooks = await readPlaybooks(at(settings.playbooks))
  const policies = await readPolicies(at(settings.policies))
  const gaps = findGaps(settings, {
    peopleFile: at(settings.people),
    people,
    policyFolder: at(settings.policies),
    policies,
  })
  const isLenient = settings.mode === 'observe'
  const problems = [
    ...checked.problems,
    ...file.problems,
    ...slackNowhere(source.variables, file),
    ...nowhereToReturn(source.variables, file),
    ...heartbeatWithoutSecret(source.variables, file),
    ...absentFolders(file, { catalog, playbooks }, at),
    ...catalog.problems,
    ...people.problems,
    ...playbooks.problems,
    ...policies.problems,
    // Of a file that could not be read nobody knows where policies and people would be.
    ...(isLenient || file.written === undefined ? [] : gaps),
  ]
  if (problems.length > 0 || checked.environment === undefined) {
    throw new ConfigurationError(problems.map(withoutSecrets))
  }
  // Only mode observe comes here without one.
  const policiesInForce = policies.files.length === 0 ? [OBSERVING_POLICY] : policies.files
  const dataFolder = resolve(source.workingFolder, checked.environment.COUNTERSIGN_DATA)
  return Object.freeze({
    environment: checked.environment,
    settings,
    folder,
    dataFolder,
    checkpointFolder:
      settings.audit.checkpoints === undefined ? `${dataFolder}-checkpoints` : at(settings.audit.checkpoints),
    checkpointCopies: settings.audit.copies.map((folder) => at(folder)),
    peopleFile: at(settings.people),
    catalog: catalog.catalog,
    people: people.people,
    playbooks: playbooks.playbooks,
    policies: policiesInForce,
    found: versionOf([
      ...textsIn('playbook', at(settings.playbooks), playbooks.files),
      ...textsIn('policy', at(settings.policies), policiesInForce),
    ]),
    warnings: isLenient
      ? gaps.map((gap) => `${gap.file}: found ${gap.found}; ${gap.expected} is needed before the mode can be assist`)
      : [],
    unserved: listUnserved(settings),
  })
}

/** Settings of the contract that this version reads and does not act on yet: said at every start, never in silence. */
function listUnserved(settings: ConfigurationFile): readonly string[] {
  return [...(settings.pagerduty.mirror ? ['pagerduty.mirror: this version does not mirror ack and resolve'] : [])]
}

interface ReadConfiguration {
  readonly path: string
  /** As written; null when there is no file, undefined when it could not be read. */
  readonly written: unknown
  readonly settings: ConfigurationFile
  readonly problems: readonly Problem[]
}

async function readConfigurationFile(source: ConfigSource): Promise<ReadConfiguration> {
  const named = source.configPath ?? (source.variables['COUNTERSIGN_CONFIG'] || undefined)
  const path = resolve(source.workingFolder, named ?? 'countersign.yaml')
  const { text, problems } = await readTextFile(path)
  if (text === undefined) {
    const expected = 'the configuration that --config or COUNTERSIGN_CONFIG names'
    const absent = named === undefined ? [] : [{ file: path, at: '', found: 'no such file', expected }]
    const written = problems.length === 0 && named === undefined ? null : undefined
    return { path, written, settings: salvageSettings(null), problems: problems.length > 0 ? problems : absent }
  }
  const secrets = findSecrets(path, text)
  const document = checkOneDocument(path, text, ConfigurationFile)
  const written = checkOneDocument(path, text, z.unknown()).value
  const settings = document.value ?? salvageSettings(written)
  return { path, written: written ?? undefined, settings, problems: [...secrets, ...document.problems] }
}

/** With a token and without a channel nobody would ever see a card. */
function slackNowhere(variables: ConfigSource['variables'], file: ReadConfiguration): readonly Problem[] {
  const name = ['SLACK_BOT_TOKEN', 'SLACK_CLIENT_ID'].find((one) => (variables[one] ?? '') !== '')
  if (name === undefined || file.settings.slack !== undefined || file.written === undefined) return []
  if (typeof file.written === 'object' && file.written !== null && 'slack' in file.written) return []
  const expected = `slack: { channel: C… }, since ${name} is set`
  return [{ file: file.path, at: 'slack', found: 'nothing', expected }]
}

/** Slack leads back to our own address with the code. */
function nowhereToReturn(variables: ConfigSource['variables'], file: ReadConfiguration): readonly Problem[] {
  const hasClient = (variables['SLACK_CLIENT_ID'] ?? '') !== ''
  if (!hasClient || file.settings.server.publicUrl !== undefined || file.written === undefined) return []
  const expected = 'server: { publicUrl: https://… }, since SLACK_CLIENT_ID is set'
  return [{ file: file.path, at: 'server.publicUrl', found: 'nothing', expected }]
}

function heartbeatWithoutSecret(variables: ConfigSource['variables'], file: ReadConfiguration): readonly Problem[] {
  const { heartbeat } = file.settings.operations
  if (heartbeat === undefined || !needsHeartbeatSecret(heartbeat.url)) return []
  if ((variables['COUNTERSIGN_HEARTBEAT_SECRET'] ?? '') !== '') return []
  const expected = 'a value, since operations.heartbeat.url has {secret} in it'
  return [{ file: 'environment', at: 'COUNTERSIGN_HEARTBEAT_SECRET', found: 'nothing', expected }]
}

interface Folders {
  readonly catalog: { readonly isThere: boolean }
  readonly playbooks: { readonly isThere: boolean }
}

/** A folder that the file names has to be there: a typing mistake would else leave nothing to propose. */
function absentFolders(file: ReadConfiguration, folders: Folders, at: (path: string) => string): readonly Problem[] {
  return (['catalog', 'playbooks'] as const).flatMap((name) => {
    const isNamed = typeof file.written === 'object' && file.written !== null && name in file.written
    if (folders[name].isThere || !isNamed) return []
    return [{ file: file.path, at: name, found: `no folder ${at(file.settings[name])}`, expected: 'a folder' }]
  })
}

async function readPlaybooks(folder: string) {
  const reading = await readFolder(folder, ['.yaml', '.yml'])
  const { playbooks, problems } = parsePlaybooks(reading.files)
  return {
    isThere: reading.isThere,
    files: reading.files,
    playbooks,
    problems: [...reading.problems, ...shapesIn(reading), ...problems],
  }
}

async function readPolicies(folder: string) {
  const reading = await readFolder(folder, ['.cedar'])
  const mistakes = reading.files.length === 0 ? [] : parsePolicies(reading.files).problems
  return { ...reading, problems: [...reading.problems, ...shapesIn(reading), ...mistakes] }
}

/** Named as seen from their folder, which lies elsewhere on another machine. */
function textsIn(
  kind: ConfigurationText['kind'],
  folder: string,
  files: readonly TextFile[],
): readonly ConfigurationText[] {
  return files.map(({ file, text }) => {
    const path = file === OBSERVING_POLICY.file ? file : relative(folder, file).split(sep).join('/')
    return { kind, path, text }
  })
}

function shapesIn({ files }: FolderReading): readonly Problem[] {
  return files.flatMap(({ file, text }) => findSecretShapes(file, text))
}
