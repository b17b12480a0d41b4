import { compareInstances } from './compare-instances.ts'
import { describeDuration } from '../kernel/duration.ts'
import { FEATURES } from './features.ts'
import { gapBeforeOnset } from './features/time-before-onset.ts'
import { serviceFailures } from './service-failures.ts'
import { symptomRoots } from './symptom-roots.ts'
import type { CauseVerdict } from './judge-causes.ts'
import type { ChangeEvent, Suspect } from '../domain/change-event.ts'
import type { InstanceReading } from '../domain/instance-reading.ts'
import type { Feature, Reason, SuspicionContext, Symptom } from './feature.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

export interface ScoreInput {
  readonly symptom: Symptom
  readonly changes: readonly ChangeEvent[]
  readonly past: readonly ChangeEvent[]
  /** What people said of these changes after earlier incidents (`judgeCauses`); empty where nobody was asked. */
  readonly judged: ReadonlyMap<string, CauseVerdict>
  readonly catalog: ServiceCatalog
  readonly lookbackMs: number
  /** What instances of these services measured up to `symptom.openedAt`; empty where no source tells instances apart. */
  readonly readings: readonly InstanceReading[]
}

export interface ScoredSuspects {
  /** The best first; empty when no change is likely. */
  readonly suspects: readonly Suspect[]
  /** Why no cause is named; null when one is. */
  readonly unknownCause: string | null
  /** Every change that was weighed, likely or not, the best first. */
  readonly considered: readonly Suspect[]
}

// Log-odds that any one change is the cause before anything is known of it, against "none of them": about one in five.
const BASE_RATE = -1.5
// Clocks of sources differ by seconds, and an alert's start is as exact as the rule's interval.
const CLOCK_TOLERANCE_MS = 60_000
// Below this more speaks for another cause than for the best candidate; naming it would send people the wrong way.
const LIKELY = 0.4
const WORTH_SHOWING = 0.05
const MOST_SHOWN = 5

/**
 * Ranks changes by how likely each caused the symptom, from `features` (all, but where one is measured by itself). Every feature adds its weight in log-odds; the candidates then
 * compete with each other and with "none of them", so that the probabilities of all of them and of none sum to one.
 */
export function scoreSuspects(
  input: ScoreInput,
  features: readonly Feature[] = Object.values(FEATURES),
): ScoredSuspects {
  const context = contextOf(input)
  const candidates = input.changes.filter((change) => isCandidate(change, input))
  const scored = candidates.map((change) => ({ change, reasons: reasonsFor(change, context, features) }))
  const considered = compete(scored)
  const leader = considered[0]
  if (leader !== undefined && leader.probability >= LIKELY) {
    const shown = considered.filter((suspect) => suspect.probability >= WORTH_SHOWING).slice(0, MOST_SHOWN)
    return { suspects: shown, unknownCause: null, considered }
  }
  return { suspects: [], unknownCause: explainUnknown(leader, input), considered }
}

function contextOf(input: ScoreInput): SuspicionContext {
  const { symptom, catalog, past, judged } = input
  const named = symptom.alerts.flatMap((alert) => (alert.service === null ? [] : [alert.service]))
  const alerting = [...new Set(named.length > 0 || symptom.service === null ? named : [symptom.service])]
  const measured = input.readings.filter((one) => one.at.getTime() <= symptom.openedAt.getTime())
  const comparisons = input.changes.flatMap((change) => {
    const comparison = compareInstances(change, measured, symptom.openedAt)
    return comparison === undefined ? [] : [[change.id, comparison] as const]
  })
  return {
    ...{ symptom, catalog, past, judged, alerting, roots: symptomRoots(catalog, alerting) },
    ...{ comparisons: new Map(comparisons), failures: serviceFailures(measured, symptom.openedAt) },
  }
}

/**
 * What began after the symptom did not cause it, least of all what began after the incident was opened, or what went
 * back to the version before: these are answers to it. What was complete before the look-back is not looked at.
 */
function isCandidate(change: ChangeEvent, input: ScoreInput): boolean {
  const { onsetAt, openedAt } = input.symptom
  const afterMs = change.at.getTime() - onsetAt.getTime()
  if (afterMs > CLOCK_TOLERANCE_MS || gapBeforeOnset(change, onsetAt) > input.lookbackMs) return false
  return afterMs <= 0 || (change.at.getTime() <= openedAt.getTime() && !goesBack(change, input.changes))
}

function goesBack(change: ChangeEvent, changes: readonly ChangeEvent[]): boolean {
  return changes.some(
    (other) =>
      other.service === change.service &&
      other.at.getTime() < change.at.getTime() &&
      change.revision !== null &&
      other.previous?.revision === change.revision,
  )
}

function reasonsFor(change: ChangeEvent, context: SuspicionContext, features: readonly Feature[]): readonly Reason[] {
  const reasons = features.map((feature) => feature(change, context)).filter((reason) => reason !== undefined)
  return reasons.toSorted((left, right) => Math.abs(right.weight) - Math.abs(left.weight))
}

function compete(scored: readonly { change: ChangeEvent; reasons: readonly Reason[] }[]): readonly Suspect[] {
  const scores = scored.map(({ reasons }) => reasons.reduce((sum, reason) => sum + reason.weight, BASE_RATE))
  const odds = scores.map((score) => Math.exp(score))
  const total = odds.reduce((sum, one) => sum + one, 1)
  return scored
    .map(({ change, reasons }, index) => {
      const own = odds[index] ?? 0
      const rivals = scored.length - 1
      return toSuspect(change, own / total, rivals === 0 ? reasons : [...reasons, rivalry(rivals, total - own)])
    })
    .toSorted(byProbability)
}

/** What the other candidates take away, as a weight like the others, so that the sum of all explains the figure. */
function rivalry(rivals: number, others: number): Reason {
  const text = rivals === 1 ? 'Another change competes with it.' : `${String(rivals)} other changes compete with it.`
  return { feature: 'rivals', weight: 0 - Math.log(others), text }
}

function toSuspect(change: ChangeEvent, probability: number, reasons: readonly Reason[]): Suspect {
  const { id, service, kind, at, revision } = change
  return { changeId: id, service, kind, at, revision, probability, reasons }
}

function byProbability(left: Suspect, right: Suspect): number {
  if (left.probability !== right.probability) return right.probability - left.probability
  if (left.at.getTime() !== right.at.getTime()) return right.at.getTime() - left.at.getTime()
  return left.changeId < right.changeId ? -1 : 1
}

function explainUnknown(leader: Suspect | undefined, input: ScoreInput): string {
  if (leader === undefined) return `No change within ${describeDuration(input.lookbackMs)} before the symptom began.`
  const against = leader.reasons
    .filter((reason) => reason.weight < 0)
    .toSorted((left, right) => left.weight - right.weight)
  const why = against[0]?.text ?? 'Too little speaks for it.'
  const percent = String(Math.round(leader.probability * 100))
  return `No change is a likely cause. The nearest is the ${leader.kind} of ${leader.service} (${percent} %): ${why}`
}
