import { askSource } from './ask-source.ts'
import { clockTime } from '../../summaries/wording.ts'
import { dependenciesOf, dependentsOf } from '../../domain/service-catalog.ts'
import { factText } from './evidence-text.ts'
import { fillServices } from './fill-services.ts'
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
  const golden = deps.settings.goldenSignals ?? null
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
  return [...unique.values()].flatMap(({ service, signal, unit, points }) => {
    const last = points.at(-1)
    if (last === undefined) return []
    const onset = incident.onsetAt.getTime() / 1000
    const before = median(points.filter(([at]) => at < onset).map(([, value]) => value))
    const at = new Date(last[0] * 1000)
    const change = changes
      .filter(
        (one) =>
          one.service === service && one.at <= incident.onsetAt && one.at.getTime() / 1000 >= (points[0]?.[0] ?? 0),
      )
      .toSorted((left, right) => right.at.getTime() - left.at.getTime())[0]
    const say = (value: number) => `${String(Number(value.toPrecision(3)))}${unit === '' ? '' : ` ${unit}`}`
    const then = before === null ? '' : `; before ${clockTime(incident.onsetAt)} it was ${say(before)}`
    const marked = change === undefined ? '' : `; ${change.kind} ${change.id} at ${clockTime(change.at)}`
    const fact = `${signal} of ${factText(service, 80)} is ${say(last[1])} at ${clockTime(at)}${then}${marked}`
    return [
      {
        ...{
          incidentId: incident.id,
          key: `golden:${service}:${signal}`,
          kind: 'metric',
          source: 'Prometheus',
          at,
          url: null,
        },
        fact: factText(fact),
        data: {
          service,
          signal,
          unit,
          change: change?.id ?? null,
          points: points.map(([time, value]) => [time, value]),
        },
      },
    ]
  })
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
