import type { Evidence } from '../domain/evidence.ts'

const MOST_EVIDENCE = 25
const MOST_CHARACTERS = 12_000

/** Newest last in the store; what a text rests on most comes first here. Charts are not for a prompt. */
export function boundedEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const order: readonly Evidence['kind'][] = ['alert', 'metric', 'change', 'deploy_state', 'history', 'note']
  const sorted = evidence.toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind))
  let size = 0
  return sorted.slice(0, MOST_EVIDENCE).filter((piece) => {
    size += piece.fact.length
    return size <= MOST_CHARACTERS
  })
}
