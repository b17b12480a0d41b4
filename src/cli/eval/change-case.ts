import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere } from './read-if-there.ts'
import { z } from 'zod'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { InstanceReading } from '../../domain/instance-reading.ts'
import type { Service, ServiceCatalog } from '../../domain/service-catalog.ts'

/** One incident of a folder laid out like ChangeRCA's: what was known when it was detected. */
export interface ChangeCase {
  readonly id: string
  readonly detectedAt: Date
  readonly changes: readonly ChangeEvent[]
  readonly catalog: ServiceCatalog
  /** Up to detection and no further. */
  readonly readings: readonly InstanceReading[]
}

const Step = z.object({ t_rel_s: z.number(), complete_t_rel_s: z.number() })
const CaseFile = z.object({
  id: z.string(),
  detect_time_utc: z.string(),
  changes: z.array(
    z.object({ service: z.string(), release_time_t_rel_s: z.number(), steps_started_before_detection: z.array(Step) }),
  ),
  dependency: z.array(z.tuple([z.string(), z.string()])),
})

export async function readChangeCase(folder: string): Promise<ChangeCase> {
  const file = CaseFile.parse(JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')))
  const detectedAt = new Date(`${file.detect_time_utc.replace(' ', 'T')}Z`)
  const at = (seconds: number) => new Date(detectedAt.getTime() + seconds * 1000)
  return {
    id: file.id,
    detectedAt,
    catalog: catalogOf(file.dependency),
    changes: file.changes.map((change) => toChange(change, at)),
    readings: await readReadings(join(folder, 'pod_metrics.csv'), namesOf(file), at),
  }
}

type WrittenChange = z.infer<typeof CaseFile>['changes'][number]

/** A canary begins with its first step; it is finished when its last known step was complete at detection. */
function toChange(
  { service, release_time_t_rel_s, steps_started_before_detection: steps }: WrittenChange,
  at: (seconds: number) => Date,
): ChangeEvent {
  const last = steps.at(-1)
  const isDone = last !== undefined && last.complete_t_rel_s <= 0
  return {
    ...{
      id: service,
      service,
      kind: 'deploy',
      environment: null,
      revision: 'v2',
      actor: null,
      url: null,
      summary: null,
    },
    at: at(steps[0]?.t_rel_s ?? release_time_t_rel_s),
    finishedAt: isDone ? at(last.complete_t_rel_s) : null,
    previous: { id: null, revision: 'v1' },
    outcome: isDone ? 'succeeded' : 'running',
    sources: [],
  }
}

function catalogOf(edges: readonly (readonly [string, string])[]): ServiceCatalog {
  const names = [...new Set(edges.flat())].sort()
  const services = names.map((name): [string, Service] => [
    name,
    {
      ...{ name, owner: null, system: null, criticality: 2, argocd: null, lambda: null, pagerdutyServiceId: null },
      ...{ repository: null, mode: null, links: [] },
      dependsOn: edges.filter(([caller]) => caller === name).map(([, callee]) => callee),
    },
  ])
  return { services: new Map(services) }
}

const Columns = z.object({
  t_rel_s: z.coerce.number(),
  pod: z.string().min(1),
  caller: z.string(),
  callee: z.string(),
  success_pct: z.string(),
  latency_s: z.string(),
})

/** None where nobody measured: changes are then ranked by the rest. */
async function readReadings(
  path: string,
  services: readonly string[],
  at: (seconds: number) => Date,
): Promise<readonly InstanceReading[]> {
  const text = await readIfThere(path)
  return text === undefined ? [] : readingsOf(text, services, at)
}

/** The longest first, so that `cart-cache-…` is none of `cart`. */
function namesOf({ changes, dependency }: z.infer<typeof CaseFile>): readonly string[] {
  const names = new Set([...changes.map(({ service }) => service), ...dependency.flat()])
  return [...names].toSorted((left, right) => right.length - left.length)
}

function readingsOf(
  text: string,
  services: readonly string[],
  at: (seconds: number) => Date,
): readonly InstanceReading[] {
  const [head = '', ...lines] = text.trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.flatMap((line) => {
    const cells = line.split(',')
    const row = Columns.parse(Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    if (row.t_rel_s > 0) return []
    const success = numberOrNull(row.success_pct)
    return [
      {
        at: at(row.t_rel_s),
        service: serviceOf(row.pod, services),
        instance: row.pod,
        caller: row.caller,
        callee: row.callee,
        errorShare: success === null ? null : 1 - success / 100,
        latencySeconds: numberOrNull(row.latency_s),
      },
    ]
  })
}

function numberOrNull(text: string): number | null {
  const value = Number(text)
  return text === '' || !Number.isFinite(value) ? null : value
}

/** `name-v1-59dcc9f97-2k8gb`: the deployment and its version, the replica set and the pod; or however it is called. */
function serviceOf(pod: string, services: readonly string[]): string {
  return services.find((name) => pod.startsWith(`${name}-`)) ?? pod.split('-').slice(0, -3).join('-')
}
