import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readIfThere } from './read-if-there.ts'
import { z } from 'zod'
import type { Topology } from '../../triage/rank-origins.ts'

/** One alert of a fault, as the data give it. */
export interface CaseAlert {
  readonly at: Date
  readonly kind: 'metric' | 'trace' | 'log'
  readonly entity: string
  readonly caller: string | null
  readonly what: string
  readonly direction: string
}

export interface AlertCase {
  readonly id: string
  readonly alerts: readonly CaseAlert[]
}

/** All faults of one system and what runs where in it. */
export interface AlertSystem {
  readonly name: string
  readonly cases: readonly AlertCase[]
  readonly topology: Topology
}

const MeasuredAlert = z
  .object({
    t: z.number(),
    kind: z.enum(['metric', 'trace']),
    entity: z.string(),
    caller: z.string().nullish(),
    what: z.string(),
    dir: z.string(),
  })
  .transform((one): CaseAlert => ({
    at: new Date(one.t),
    kind: one.kind,
    entity: one.entity,
    caller: one.caller ?? null,
    what: one.what,
    direction: one.dir,
  }))

/** Log lines carry the wall clock of where the data were recorded (China, UTC+8), or the time of the others; and a template. */
const LogAlert = z
  .object({
    ...{ t_text: z.string().nullish(), t: z.number().nullish(), kind: z.literal('log'), entity: z.string() },
    ...{ template: z.string().nullish(), what: z.string().nullish() },
  })
  .transform((one, context): CaseAlert => {
    const at =
      one.t ?? (one.t_text == null ? NaN : Date.parse(`${one.t_text.replace(' ', 'T').replace(',', '.')}+08:00`))
    if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'a log alert needs `t` or `t_text`' })
    const what = one.template ?? one.what ?? ''
    return { at: new Date(at), kind: 'log', entity: one.entity, caller: null, what, direction: '' }
  })

const CaseLine = z.object({ id: z.string(), alerts: z.array(z.union([MeasuredAlert, LogAlert])) })
const Graph = z.object({
  nodes: z.array(z.object({ id: z.string(), type: z.string() })),
  edges: z.array(z.object({ source: z.string(), target: z.string(), label: z.string() })),
})

const CASES = '.cases.jsonl'

/** `data` or one folder in it holds the cases; the topology is in `shared/`, in `data` or beside it. */
export async function readAlertSystems(data: string): Promise<readonly AlertSystem[]> {
  const files = await casesFiles(data)
  return Promise.all(
    files.map(async ({ folder, name }) => {
      const cases = readCases(await readFile(join(folder, `${name}${CASES}`), 'utf8'))
      return { name, cases, topology: (await readTopology(data, name)) ?? topologyOfAlerts(cases) }
    }),
  )
}

const Answers = z.record(
  z.string(),
  z.object({ entity: z.string(), augmented: z.string().nullish() }).transform((one) => ({
    entity: one.entity,
    isAugmented: one.augmented === 'True',
  })),
)
export type AlertAnswers = ReadonlyMap<string, { readonly entity: string; readonly isAugmented: boolean }>

/** Opened for scoring, and to know which cases are no recorded ones. */
export async function readAlertAnswers(data: string): Promise<AlertAnswers> {
  const files = await casesFiles(data)
  const texts = await Promise.all(
    files.map(({ folder, name }) => readFile(join(folder, `${name}.answers.json`), 'utf8')),
  )
  return new Map(texts.flatMap((text) => Object.entries(Answers.parse(JSON.parse(text)))))
}

interface CasesFile {
  readonly folder: string
  readonly name: string
}

async function casesFiles(data: string): Promise<readonly CasesFile[]> {
  const entries = await readdir(data, { withFileTypes: true })
  const folders = [data, ...entries.filter((one) => one.isDirectory()).map((one) => join(data, one.name))]
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder)
      return names
        .filter((name) => name.endsWith(CASES))
        .map((name) => ({ folder, name: name.slice(0, -CASES.length) }))
    }),
  )
  return found.flat().toSorted((left, right) => left.name.localeCompare(right.name, 'en'))
}

function readCases(text: string): readonly AlertCase[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => CaseLine.parse(JSON.parse(line)))
}

/** Undefined where there is no such file; one that cannot be read is a mistake of the folder. */
async function readTopology(data: string, name: string): Promise<Topology | undefined> {
  const file = join('shared', `${name}.graph.json`)
  const text = await readIfThere(join(data, file)).then((found) => found ?? readIfThere(join(dirname(data), file)))
  if (text === undefined) return undefined
  const { nodes, edges } = Graph.parse(JSON.parse(text))
  const pairs = (labels: Labels) => [
    ...edges
      .filter(({ label }) => labels.forward.includes(label))
      .map(({ source, target }) => [source, target] as const),
    ...edges.filter(({ label }) => labels.back.includes(label)).map(({ source, target }) => [target, source] as const),
  ]
  const hosts = new Map(pairs(HOSTING))
  const hostNames = nodes.filter((node) => HOST_TYPES.includes(node.type.toLowerCase())).map((node) => node.id)
  return {
    serviceOf: new Map(pairs(INSTANCES)),
    hostOf: hosts,
    hosts: new Set([...hostNames, ...hosts.values()]),
    calls: pairs(CALLS),
  }
}

/** Who calls whom is in the alerts about calls; what runs where is not, and of that nothing is made up. */
function topologyOfAlerts(cases: readonly AlertCase[]): Topology {
  const calls = cases.flatMap(({ alerts }) =>
    alerts.flatMap(({ caller, entity }) => (caller === null ? [] : [[caller, entity] as const])),
  )
  const named = cases.flatMap(({ alerts }) => alerts.map(({ entity }) => [entity, entity] as const))
  const distinct = new Map([...named, ...calls].map((pair) => [JSON.stringify(pair), pair]))
  return { serviceOf: new Map(), hostOf: new Map(), hosts: new Set(), calls: [...distinct.values()] }
}

/** What an edge means, told by either of its ends: the data name both, other descriptions of systems one. */
interface Labels {
  readonly forward: readonly string[]
  readonly back: readonly string[]
}
const HOSTING: Labels = { forward: ['hosted_on', 'runs_on', 'scheduled_on', 'deployed_on'], back: ['hosts'] }
const INSTANCES: Labels = { forward: ['instance_of'], back: ['has_instance'] }
const CALLS: Labels = { forward: ['control_flow', 'data_flow', 'registers_with', 'calls', 'depends_on'], back: [] }
const HOST_TYPES: readonly string[] = ['host', 'node', 'machine', 'vm']
