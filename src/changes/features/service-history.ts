import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Feature } from '../feature.ts'

// One bad change in five is what we assume of a service we know nothing about; five changes of a record weigh as much
// as that assumption. The weight stays small: a good record does not make a change harmless.
const ASSUMED_SHARE = 0.2
const ASSUMED_COUNT = 5
const FEWEST = 3
const STRONGEST = 0.8

/** The service's own record: how many of its earlier changes failed or had to be rolled back. */
export const serviceHistory: Feature = (change, { past }) => {
  const earlier = past.filter((other) => isEarlier(other, change))
  if (earlier.length < FEWEST) return undefined
  const bad = earlier.filter((other) => other.outcome === 'failed' || other.outcome === 'rolled_back').length
  const share = (bad + ASSUMED_SHARE * ASSUMED_COUNT) / (earlier.length + ASSUMED_COUNT)
  const weight = logOdds(share) - logOdds(ASSUMED_SHARE)
  return {
    feature: 'history',
    weight: Math.max(-STRONGEST, Math.min(STRONGEST, weight)),
    text: `${String(bad)} of the ${String(earlier.length)} changes of ${change.service} before it failed or were rolled back.`,
  }
}

function isEarlier(other: ChangeEvent, change: ChangeEvent): boolean {
  return other.service === change.service && other.id !== change.id && other.at.getTime() < change.at.getTime()
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share))
}
