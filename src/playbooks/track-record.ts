import type { PastRun } from '../domain/past-run.ts'
import { percent } from '../kernel/percent.ts'

/** Where a playbook would run now; what ran elsewhere says less about it. */
export interface RecordPlace {
  readonly service: string | null
  readonly owner: string | null
  readonly criticality: number | null
}

export interface TrackRecord {
  /** How likely it helps once more. */
  readonly mean: number
  /** Of runs on this service and on similar ones. */
  readonly successes: number
  readonly partial: number
  readonly failures: number
}

/**
 * Before anything is known of a playbook: people review each before it enters the installation, so more is expected of
 * it than of a coin. Two runs' worth of belief, as in Jøsang and Ismail, "The Beta Reputation System" (2002), whose
 * expectation with base rate a and weight W = 2 is (r + W a) / (r + s + W), and whose forgetting is exponential in age.
 */
const PRIOR_MEAN = 0.8
const PRIOR_WEIGHT = 2
/** Systems change: a run of a quarter of a year ago counts half as much as one of today. */
const HALF_LIFE_MS = 90 * 86_400_000
/** The same owner and criticality is what novelty calls similar (policy/assess-tier.ts). */
const WEIGHT_ON_SIMILAR = 0.5
const WEIGHT_ELSEWHERE = 0.1

/** What the past of this playbook says about its next run here. */
export function trackRecord(playbook: string, place: RecordPlace, past: readonly PastRun[], now: Date): TrackRecord {
  const own = past.filter((run) => run.playbook === playbook)
  let success = PRIOR_WEIGHT * PRIOR_MEAN
  let total = PRIOR_WEIGHT
  for (const run of own) {
    const weight = placeWeight(run, place) * 2 ** (-Math.max(0, now.getTime() - run.at.getTime()) / HALF_LIFE_MS)
    success += weight * helpOf(run)
    total += weight
  }
  const near = own.filter((run) => placeWeight(run, place) >= WEIGHT_ON_SIMILAR).map(helpOf)
  return {
    mean: success / total,
    successes: near.filter((help) => help === 1).length,
    partial: near.filter((help) => help > 0 && help < 1).length,
    failures: near.filter((help) => help === 0).length,
  }
}

/** Null when nothing of the kind ran before. */
export function describeRecord({ mean, successes, partial, failures }: TrackRecord): string | null {
  if (successes + partial + failures === 0) return null
  const parts = [
    `succeeded ${times(successes)}`,
    ...(partial > 0 ? [`helped in part ${times(partial)}`] : []),
    ...(failures > 0 ? [`failed ${times(failures)}`] : []),
  ]
  return `Here and on similar services it has ${parts.join(', ')}: it helps with ${percent(mean)}.`
}

/**
 * Two witnesses: the run's own checks, and the people who were there. Where they disagree, it helped in part: symptoms
 * that come back, or a check that failed although the work was done.
 */
export function helpOf({ outcome, helped, didNotHelp }: Pick<PastRun, 'outcome' | 'helped' | 'didNotHelp'>): number {
  const byChecks = outcome === 'succeeded' ? 1 : 0
  if (helped === didNotHelp) return byChecks
  return (byChecks + (helped > didNotHelp ? 1 : 0)) / 2
}

function placeWeight(run: PastRun, place: RecordPlace): number {
  if (run.service !== null && run.service === place.service) return 1
  const isSimilar = run.criticality !== null && run.criticality === place.criticality && run.owner === place.owner
  return isSimilar ? WEIGHT_ON_SIMILAR : WEIGHT_ELSEWHERE
}

function times(count: number): string {
  return count === 1 ? 'once' : `${String(count)} times`
}
