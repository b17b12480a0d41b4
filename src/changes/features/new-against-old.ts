import { describeDuration } from '../../kernel/duration.ts'
import type { Comparison } from '../compare-instances.ts'
import type { Feature, Reason } from '../feature.ts'

// Fitted on the development half of ChangeRCA (26 cases, ridge 0.3) and rounded; see docs/judgement.md. Percentage
// points of failure count by their logarithm, since one in a hundred is news and ninety hardly more than fifty.
const PER_LOG_POINT = 0.5
const PER_DEVIATION = 0.4
const MOST_DEVIATIONS = 5
// Below that a difference in latency is the noise of a minute.
const LATENCY_FLOOR = 0.3
const PER_LOG_HEALTHY_MINUTE = -1.7
const SILENT = 1
// Whatever else happened since is in it too, so before and after say half as much as new and old side by side. A choice.
const IN_PLACE = 0.5
// New instances that are ready get requests within a minute; those that get none after it cannot serve them.
const SILENT_AFTER_MS = 90_000
const NOTICEABLE_POINTS = 1
const NOTICEABLE_DEVIATIONS = 1

/** How the instances that the change brought do, against those that ran before and beside them. */
export const newAgainstOld: Feature = (change, { comparisons, symptom }) => {
  const comparison = comparisons.get(change.id)
  if (comparison === undefined) return undefined
  const { brought } = comparison
  if (comparison.isInPlace) return beforeAndAfter(change.service, comparison)
  if (brought.instants === 0) {
    const sinceMs = symptom.openedAt.getTime() - change.at.getTime()
    if (sinceMs < SILENT_AFTER_MS) return undefined
    const text = `No new instance answers ${describeDuration(sinceMs)} after it began.`
    return { feature: 'comparison', weight: SILENT, text }
  }
  const points = failingMore(comparison)
  const deviations = slowerBy(comparison)
  const weight = weigh(points, deviations, brought.instants)
  return { feature: 'comparison', weight, text: describe(points, deviations, comparison) }
}

/** The window before with the window after, where the same instances go on: flags, configuration, migrations. */
function beforeAndAfter(service: string, { beside: now, before }: Comparison): Reason {
  const same: Comparison = { brought: now, before, beside: before, isInPlace: true }
  const [points, deviations] = [failingMore(same), slowerBy(same)]
  const weight = weigh(points, deviations, now.instants)
  const text =
    points >= NOTICEABLE_POINTS
      ? `${service} fails ${share(now.errorShare)} of its requests since, ${String(Math.round(points))} points more than before.`
      : deviations >= NOTICEABLE_DEVIATIONS
        ? `${service} takes ${slower(now, before)} times as long since as it took before.`
        : `${service} answers as well since as it did before.`
  return { feature: 'comparison', weight: IN_PLACE * weight, text }
}

function weigh(points: number, deviations: number, instants: number): number {
  const healthy = points < NOTICEABLE_POINTS ? PER_LOG_HEALTHY_MINUTE * Math.log1p(instants) : 0
  return PER_LOG_POINT * Math.log1p(points) + PER_DEVIATION * deviations + healthy
}

/** Percentage points by which the new ones fail more often than the old ones beside them. */
function failingMore({ brought, beside, before }: Comparison): number {
  return brought.errorShare === null
    ? 0
    : Math.max(0, 100 * (brought.errorShare - (beside.errorShare ?? before.errorShare ?? 0)))
}

/** In deviations of what was usual before. */
function slowerBy({ brought, before }: Comparison): number {
  if (brought.logLatency === null || before.logLatency === null) return 0
  const deviations = (brought.logLatency - before.logLatency) / (LATENCY_FLOOR + before.spread)
  return Math.max(0, Math.min(MOST_DEVIATIONS, deviations))
}

function describe(points: number, deviations: number, { brought, before }: Comparison): string {
  if (points >= NOTICEABLE_POINTS) {
    return `Its new instances fail ${share(brought.errorShare)} of their requests, ${String(Math.round(points))} points more than the old ones.`
  }
  if (deviations >= NOTICEABLE_DEVIATIONS) {
    return `Its new instances take ${slower(brought, before)} times as long as it took before.`
  }
  return 'Its new instances answer as well as the old ones.'
}

function share(value: number | null): string {
  return `${String(Math.round(100 * (value ?? 0)))} %`
}

function slower(now: Comparison['brought'], before: Comparison['before']): string {
  return Math.exp((now.logLatency ?? 0) - (before.logLatency ?? 0)).toFixed(1)
}
