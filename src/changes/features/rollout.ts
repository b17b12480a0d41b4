import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Feature } from '../feature.ts'

const COMPLETE = 0.3
const UNDER_WAY = 0.2
// Where a rollout fails, the old version mostly goes on serving.
const FAILED_BEFORE = -1
const ROLLED_BACK = -2

/** How much of the change was in effect when the symptom began. */
export const rollout: Feature = (change, { symptom, past }) => {
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
      // Somebody took it back because of the symptom: that makes it no less the cause.
      return wasTakenBackAfter(change, past, symptom.onsetAt)
        ? undefined
        : { feature: 'rollout', weight: ROLLED_BACK, text: 'It was rolled back already.' }
    case null:
      return undefined
  }
}

function wasTakenBackAfter(change: ChangeEvent, past: readonly ChangeEvent[], onsetAt: Date): boolean {
  const revision = change.previous?.revision ?? null
  const isTheWayBack = (other: ChangeEvent) =>
    other.service === change.service && other.revision === revision && other.at.getTime() > change.at.getTime()
  const back = revision === null ? [] : past.filter(isTheWayBack)
  return back.length > 0 && back.every((other) => other.at.getTime() > onsetAt.getTime())
}
