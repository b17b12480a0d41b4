import { dirname, join, resolve } from 'node:path'
import { ConfigurationError } from '../kernel/errors.ts'
import { ConfigurationFile } from './configuration-file.ts'
import { checkEnvironment } from './environment.ts'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { fileExists, listFiles, readText } from './read-files.ts'
import { findSecrets } from './find-secrets.ts'
import { loadCatalog } from './load-catalog.ts'
import { loadPeople } from './load-people.ts'
import { parsePlaybooks } from '../playbooks/parse-playbook.ts'
import { parsePolicies } from '../policy/parse-policies.ts'
import type { Config } from './config.ts'
import type { Person } from '../domain/person.ts'
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
  const folder = dirname(file.path)
  const settings = file.settings ?? ConfigurationFile.parse({})
  const at = (path: string): string => resolve(folder, path)
  const catalog = await loadCatalog(at(settings.catalog))
  const people = await loadPeople(at(settings.people))
  const playbooks = parsePlaybooks(await readAll(at(settings.playbooks), ['.yaml', '.yml']))
  const policies = await readAll(at(settings.policies), ['.cedar'])
  const gaps = findGaps(settings, {
    peopleFile: at(settings.people),
    people: people.people,
    policyFolder: at(settings.policies),
    policies: policies.length,
  })
  const isLenient = settings.mode === 'observe'
  const problems = [
    ...checked.problems,
    ...file.problems,
    ...catalog.problems,
    ...people.problems,
    ...playbooks.problems,
    ...(policies.length === 0 ? [] : parsePolicies(policies).problems),
    ...(isLenient ? [] : gaps),
  ]
  if (problems.length > 0 || checked.environment === undefined) throw new ConfigurationError(problems)
  const dataFolder = resolve(source.workingFolder, checked.environment.COUNTERSIGN_DATA)
  return Object.freeze({
    environment: checked.environment,
    settings,
    folder,
    dataFolder,
    checkpointFolder:
      settings.audit.checkpoints === undefined ? `${dataFolder}-checkpoints` : at(settings.audit.checkpoints),
    peopleFile: at(settings.people),
    catalog: catalog.catalog,
    people: people.people,
    playbooks: playbooks.playbooks,
    policies,
    warnings: isLenient
      ? gaps.map((gap) => `${gap.file}: found ${gap.found}; ${gap.expected} is needed before the mode can be assist`)
      : [],
  })
}

interface ReadFile {
  readonly path: string
  readonly settings: ConfigurationFile | undefined
  readonly problems: readonly Problem[]
}

async function readConfigurationFile(source: ConfigSource): Promise<ReadFile> {
  const named = source.configPath ?? source.variables['COUNTERSIGN_CONFIG']
  const path = resolve(source.workingFolder, named === undefined || named === '' ? 'countersign.yaml' : named)
  if (!(await fileExists(path))) {
    const isNamed = named !== undefined && named !== ''
    const problem = {
      file: path,
      at: '',
      found: 'no such file',
      expected: 'the configuration that --config or COUNTERSIGN_CONFIG names',
    }
    return { path, settings: undefined, problems: isNamed ? [problem] : [] }
  }
  const text = await readText(path)
  const secrets = findSecrets(path, text)
  const [document] = checkYaml(path, text, ConfigurationFile.nullable())
  return { path, settings: document?.value ?? undefined, problems: [...secrets, ...(document?.problems ?? [])] }
}

async function readAll(folder: string, endings: readonly string[]): Promise<readonly { file: string; text: string }[]> {
  const files = await listFiles(folder, endings)
  return Promise.all(files.map(async (file) => ({ file, text: await readText(file) })))
}

interface Holdings {
  readonly peopleFile: string
  readonly people: readonly Person[]
  readonly policyFolder: string
  readonly policies: number
}

/** Holes that would leave nobody, or anybody, to approve: refused in assist and act (TRUST T23). */
function findGaps(settings: ConfigurationFile, holdings: Holdings): readonly Problem[] {
  const gaps: Problem[] = []
  if (holdings.policies === 0) {
    gaps.push({
      file: join(holdings.policyFolder, '*.cedar'),
      at: '',
      found: 'no policy',
      expected: `at least one Cedar policy in mode ${settings.mode}`,
    })
  }
  if (holdings.people.length === 0) {
    gaps.push({ file: holdings.peopleFile, at: '', found: 'no people', expected: 'the people who may use it' })
  } else if (!holdings.people.some((person) => person.roles.includes('approver'))) {
    gaps.push({
      file: holdings.peopleFile,
      at: '',
      found: 'nobody with the role approver',
      expected: 'at least one approver',
    })
  }
  return gaps
}
