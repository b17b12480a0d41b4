import type { Evidence } from '../domain/evidence.ts'

const MOST_EVIDENCE = 25
const MOST_CHARACTERS = 12_000

const ORDER: readonly Evidence['kind'][] = ['alert', 'metric', 'change', 'deploy_state', 'history', 'note']

/** Newest last in the store; what a text rests on most comes first here. Charts are not for a prompt. */
export function boundedEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const sorted = evidence.toSorted((left, right) => placeOf(left) - placeOf(right))
  let size = 0
  return sorted.slice(0, MOST_EVIDENCE).filter((piece) => {
    size += piece.fact.length
    return size <= MOST_CHARACTERS
  })
}

/** The golden signals of a service and its neighbours are a score of pieces: they leave the room to all others. */
function placeOf({ kind, data }: Evidence): number {
  return typeof data['signal'] === 'string' ? ORDER.length : ORDER.indexOf(kind)
}
