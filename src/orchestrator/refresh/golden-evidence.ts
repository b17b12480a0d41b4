import { askSource } from './ask-source.ts'
import { clockTime } from '../../summaries/wording.ts'
import { dependenciesOf, dependentsOf } from '../../domain/service-catalog.ts'
import { factText } from './evidence-text.ts'
import { fillServices } from './fill-services.ts'
import { median } from './median.ts'
import { printValue } from '../../kernel/print-value.ts'
import type { Answer } from './ask-source.ts'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { MetricSeries } from '../../ports/metrics.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000
const AROUND_MS = 30 * 60_000
const STEP_S = 30
const MOST_NEIGHBOURS = 4

/** The four of Beyer et al., Site Reliability Engineering (2016), chapter 6. */
const SIGNALS = ['rate', 'errors', 'latency', 'saturation'] as const
type SignalName = (typeof SIGNALS)[number]

export interface GoldenSeries {
  readonly service: string
  readonly signal: SignalName
  readonly unit: string
  readonly points: readonly (readonly [number, number])[]
}

/** Rate, errors, latency and saturation of the service and its neighbours around the onset, as far as configured. */
export async function goldenSeries(
  deps: Deps,
  incident: Incident,
  signal: AbortSignal,
): Promise<readonly Answer<readonly GoldenSeries[]>[]> {
  const { metrics, catalog } = deps
  const golden = deps.settings.goldenSignals
  const { service } = incident
  if (metrics === null || golden === null || service === null) return []
  const near = [...dependenciesOf(catalog, service), ...dependentsOf(catalog, service)].slice(0, MOST_NEIGHBOURS)
  const services = [service, ...near]
  const from = new Date(incident.onsetAt.getTime() - AROUND_MS)
  const to = new Date(Math.min(deps.clock.now().getTime(), incident.onsetAt.getTime() + AROUND_MS))
  return Promise.all(
    SIGNALS.flatMap((name) => {
      const asked = golden[name]
      if (asked === null) return []
      const ask = async (deadline: AbortSignal) => {
        const found = await metrics.queryRange(fillServices(asked.query, services), from, to, STEP_S, deadline)
        return found.flatMap((one) => toSeries(one, golden.serviceLabel, { services, signal: name, unit: asked.unit }))
      }
      return [askSource(deps, 'Prometheus', { timeoutMs: TIMEOUT_MS, signal }, ask)]
    }),
  )
}

function toSeries(
  { labels, points }: MetricSeries,
  serviceLabel: string,
  about: { readonly services: readonly string[]; readonly signal: SignalName; readonly unit: string },
): readonly GoldenSeries[] {
  const service = labels[serviceLabel]
  const finite = points.filter(([, value]) => Number.isFinite(value))
  if (service === undefined || !about.services.includes(service) || finite.length === 0) return []
  return [{ service, signal: about.signal, unit: about.unit, points: finite }]
}

/** One fact a series: now, before the onset, and the newest change of that service before it. */
export function goldenEvidence(
  incident: Incident,
  series: readonly GoldenSeries[],
  changes: readonly ChangeEvent[],
): readonly NewEvidence[] {
  const unique = new Map(series.map((one) => [`${one.service} ${one.signal}`, one]))
  return [...unique.values()].flatMap((one) => toEvidence(incident, one, changes))
}

function toEvidence(
  { id: incidentId, onsetAt }: Incident,
  { service, signal, unit, points }: GoldenSeries,
  changes: readonly ChangeEvent[],
): readonly NewEvidence[] {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return []
  const at = new Date(last[0] * 1000)
  const before = median(points.filter(([seconds]) => seconds * 1000 < onsetAt.getTime()).map(([, value]) => value))
  const change = changes
    .filter((one) => one.service === service && one.at <= onsetAt && one.at.getTime() >= first[0] * 1000)
    .toSorted((left, right) => right.at.getTime() - left.at.getTime())[0]
  const then = before === null ? '' : `; before ${clockTime(onsetAt)} it was ${printValue(before, unit)}`
  const marked = change === undefined ? '' : `; ${change.kind} ${change.id} at ${clockTime(change.at)}`
  const now = `${signal} of ${factText(service, 80)} is ${printValue(last[1], unit)} at ${clockTime(at)}`
  return [
    {
      ...{ incidentId, key: `golden:${service}:${signal}`, kind: 'metric', source: 'Prometheus', at, url: null },
      fact: factText(`${now}${then}${marked}`),
      data: { service, signal, unit, change: change?.id ?? null, points: points.map(([time, value]) => [time, value]) },
    },
  ]
}
