import type { ChangeEvent } from '../../domain/change-event.ts'
import type { CauseVerdict } from '../judge-causes.ts'
import type { Feature, SuspicionContext } from '../feature.ts'

// One bad change in five is what we assume of a service we know nothing about; five changes of a record weigh as much
// as that assumption. The weight stays small: a good record does not make a change harmless.
const ASSUMED_SHARE = 0.2
const ASSUMED_COUNT = 5
const FEWEST = 3
const STRONGEST = 0.8

/**
 * The service's own record: how many of its earlier changes failed, had to be rolled back, or were the cause of an
 * incident by what people said of it afterwards. One that was rolled back and was not the cause, by what they said, was
 * rolled back in vain and counts for good.
 */
export const serviceHistory: Feature = (change, { past, judged }) => {
  const earlier = past.filter((other) => isEarlier(other, change))
  if (earlier.length < FEWEST) return undefined
  const bad = earlier.filter((other) => isBad(other, judged.get(other.id)))
  const share = (bad.length + ASSUMED_SHARE * ASSUMED_COUNT) / (earlier.length + ASSUMED_COUNT)
  const weight = logOdds(share) - logOdds(ASSUMED_SHARE)
  return {
    feature: 'history',
    weight: Math.max(-STRONGEST, Math.min(STRONGEST, weight)),
    text: describe(change.service, earlier.length, bad, judged),
  }
}

function isBad({ outcome }: ChangeEvent, verdict: CauseVerdict | undefined): boolean {
  if (verdict === 'confirmed' || outcome === 'failed') return true
  return outcome === 'rolled_back' && verdict !== 'refuted'
}

function describe(
  service: string,
  total: number,
  bad: readonly ChangeEvent[],
  judged: SuspicionContext['judged'],
): string {
  const causes = bad.filter(({ id }) => judged.get(id) === 'confirmed').length
  const or = causes === 0 ? ' or were rolled back' : ', were rolled back or caused an incident'
  return `${String(bad.length)} of the ${String(total)} changes of ${service} before it failed${or}.`
}

function isEarlier(other: ChangeEvent, change: ChangeEvent): boolean {
  return other.service === change.service && other.id !== change.id && other.at.getTime() < change.at.getTime()
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share))
}
