import { askSource } from './ask-source.ts'
import { fillServices } from './fill-services.ts'
import type { Answer } from './ask-source.ts'
import type { Deps, InstanceMetrics } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { InstanceReading } from '../../domain/instance-reading.ts'
import type { Metrics, MetricSeries } from '../../ports/metrics.ts'

const TIMEOUT_MS = 5_000
/** Long enough to know what was usual before a canary of some minutes. */
const BEFORE_MS = 20 * 60_000
/** An incident may be opened long after its onset; what instances did days ago compares with nothing. */
const LONGEST_MS = 2 * 3_600_000
/** Rates look back over a minute, so a finer grid tells nothing new. */
const STEP_S = 60

/**
 * What each instance of these services measured up to the moment the incident was opened, where the configuration says
 * how Prometheus tells instances apart; otherwise nothing, and changes are judged without it.
 */
export async function instanceReadings(
  deps: Deps,
  incident: Incident,
  services: readonly string[],
  signal: AbortSignal,
): Promise<Answer<readonly InstanceReading[]>> {
  const { metrics, settings } = deps
  const { instanceMetrics } = settings
  if (metrics === null || instanceMetrics === null || services.length === 0) return { ok: true, value: [] }
  return askSource(deps, 'Prometheus', { timeoutMs: TIMEOUT_MS, signal }, async (deadline) => {
    const to = incident.openedAt
    const earliest = Math.min(incident.onsetAt.getTime(), to.getTime()) - BEFORE_MS
    const from = new Date(Math.max(earliest, to.getTime() - LONGEST_MS))
    return readInstances(metrics, instanceMetrics, { services, from, to, signal: deadline })
  })
}

interface Span {
  readonly services: readonly string[]
  readonly from: Date
  readonly to: Date
  readonly signal: AbortSignal
}

async function readInstances(metrics: Metrics, how: InstanceMetrics, span: Span): Promise<readonly InstanceReading[]> {
  const ask = (query: string) =>
    metrics.queryRange(fillServices(query, span.services), span.from, span.to, STEP_S, span.signal)
  const [requests, errors, latencies] = await Promise.all([
    ask(how.requests),
    ask(how.errors),
    how.latency === null ? [] : ask(how.latency),
  ])
  const failed = byInstant(errors, how)
  const slow = byInstant(latencies, how)
  return requests.flatMap((series) => {
    const names = namesOf(series, how)
    if (names === undefined) return []
    return series.points.map(([seconds, rate]): InstanceReading => {
      const key = keyOf(names, seconds)
      return {
        at: new Date(seconds * 1000),
        ...names,
        caller: null,
        callee: names.service,
        errorShare: rate > 0 ? Math.max(0, Math.min(1, (failed.get(key) ?? 0) / rate)) : null,
        latencySeconds: slow.get(key) ?? null,
      }
    })
  })
}

interface Names {
  readonly service: string
  readonly instance: string
}

function namesOf({ labels }: MetricSeries, how: InstanceMetrics): Names | undefined {
  const service = labels[how.serviceLabel]
  const instance = labels[how.instanceLabel]
  return service === undefined || instance === undefined ? undefined : { service, instance }
}

function byInstant(series: readonly MetricSeries[], how: InstanceMetrics): ReadonlyMap<string, number> {
  const points = series.flatMap((one) => {
    const names = namesOf(one, how)
    return names === undefined ? [] : one.points.map(([at, value]) => [keyOf(names, at), value] as const)
  })
  return new Map(points.filter(([, value]) => Number.isFinite(value)))
}

function keyOf({ service, instance }: Names, seconds: number): string {
  return JSON.stringify([service, instance, seconds])
}
