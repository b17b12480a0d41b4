import type { Feature } from '../feature.ts'

const COMPLETE = 0.3
const UNDER_WAY = 0.2
// Where a rollout fails, the old version mostly goes on serving.
const FAILED_BEFORE = -1
const ROLLED_BACK = -2

/** How much of the change was in effect when the symptom began. */
export const rollout: Feature = (change, { symptom }) => {
  const endedBefore = change.finishedAt !== null && change.finishedAt.getTime() <= symptom.onsetAt.getTime()
  switch (change.outcome) {
    case 'succeeded':
      return endedBefore
        ? { feature: 'rollout', weight: COMPLETE, text: 'It was fully rolled out before the symptom began.' }
        : { feature: 'rollout', weight: UNDER_WAY, text: 'It was rolling out when the symptom began.' }
    case 'running':
      return { feature: 'rollout', weight: UNDER_WAY, text: 'It is still rolling out.' }
    case 'failed':
      // A rollout that fails while the symptom begins may be failing of the same fault.
      return endedBefore
        ? { feature: 'rollout', weight: FAILED_BEFORE, text: 'It had failed before, so it was hardly in effect.' }
        : undefined
    case 'rolled_back':
      return { feature: 'rollout', weight: ROLLED_BACK, text: 'It is rolled back already.' }
    case null:
      return undefined
  }
}
