import { askSource } from './ask-source.ts'
import { clockTime } from '../../summaries/wording.ts'
import { factText } from './evidence-text.ts'
import { generatorExpression } from './generator-expression.ts'
import { median } from './median.ts'
import { printValue } from '../../kernel/print-value.ts'
import type { Alert } from '../../domain/alert.ts'
import type { AlertExpression } from './generator-expression.ts'
import type { Answer } from './ask-source.ts'
import type { Deps } from '../dependencies.ts'
import type { MetricSeries } from '../../ports/metrics.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const TIMEOUT_MS = 5_000
const MOST_QUERIES = 3
const BEFORE_MS = 30 * 60_000
const AFTER_MS = 30 * 60_000
const POINTS = 120
const SHORTEST_STEP_S = 5

/**
 * The numbers behind the alerts, around the onset: the rule's own expression, for as many kinds of alert as are worth
 * a chart. An alert that does not say by which expression it came has none; nothing is guessed.
 */
export async function metricEvidence(
  deps: Deps,
  alerts: readonly Alert[],
  onsetAt: Date,
  signal: AbortSignal,
): Promise<readonly Answer<NewEvidence | null>[]> {
  const { metrics } = deps
  if (metrics === null) return []
  return Promise.all(
    expressionsOf(alerts).map(({ alert, expression }) =>
      askSource(deps, 'Prometheus', { timeoutMs: TIMEOUT_MS, signal }, async (deadline) => {
        const [from, to] = windowAround(onsetAt, deps.clock.now())
        const step = Math.max(SHORTEST_STEP_S, Math.ceil((to.getTime() - from.getTime()) / 1000 / POINTS))
        const series = await metrics.queryRange(expression.query, from, to, step, deadline)
        return toEvidence(alert, expression, ofAlert(series, alert), onsetAt)
      }),
    ),
  )
}

function expressionsOf(alerts: readonly Alert[]) {
  const found = alerts.flatMap((alert) => {
    const expression = generatorExpression(alert.generatorUrl)
    return expression === null ? [] : [{ alert, expression }]
  })
  return [...new Map(found.toReversed().map((one) => [one.alert.name, one])).values()]
    .toReversed()
    .slice(0, MOST_QUERIES)
}

function windowAround(onsetAt: Date, now: Date): readonly [Date, Date] {
  const end = Math.min(now.getTime(), onsetAt.getTime() + AFTER_MS)
  return [new Date(onsetAt.getTime() - BEFORE_MS), new Date(Math.max(end, onsetAt.getTime()))]
}

/** The series the alert fired for: every label the two share is equal. */
function ofAlert(series: readonly MetricSeries[], alert: Alert): MetricSeries | undefined {
  const fits = series.filter((one) =>
    Object.entries(one.labels).every(([name, value]) => (alert.labels[name] ?? value) === value),
  )
  return fits.find((one) => one.points.length > 0)
}

function toEvidence(
  alert: Alert,
  expression: AlertExpression,
  series: MetricSeries | undefined,
  onsetAt: Date,
): NewEvidence | null {
  const points = (series?.points ?? []).filter(([, value]) => Number.isFinite(value))
  const last = points.at(-1)
  if (last === undefined) return null
  const onsetS = onsetAt.getTime() / 1000
  const before = median(points.filter(([at]) => at < onsetS).map(([, value]) => value))
  const at = new Date(last[0] * 1000)
  const then = before === null ? '' : `; before ${clockTime(onsetAt)} it was ${printValue(before)}`
  const limit = expression.limit === null ? '' : `; the alert fires when it is ${expression.limit}`
  return {
    incidentId: alert.incidentId,
    key: `metric:${alert.name}`,
    kind: 'metric',
    source: 'Prometheus',
    at,
    fact: `What ${factText(alert.name, 100)} measures is ${printValue(last[1])} at ${clockTime(at)}${then}${limit}`,
    url: null,
    data: {
      alert: alert.name,
      query: expression.query,
      unit: '',
      limit: expression.limit,
      ...{ value: last[1], before },
      points: points.map(([time, value]) => [time, value]),
    },
  }
}
