import type { Decision } from '../domain/approval.ts'
import type { Said, Standings } from './ask-standings.ts'

type Given = Said & Pick<Decision, 'decision' | 'withdrawnAt'>

/** By person id: why the account by which they approved does not stand any more. */
export function findDisowned(standings: Standings, decisions: readonly Given[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const given of decisions) {
    if (given.decision !== 'approve' || given.withdrawnAt !== null) continue
    const why = standings.whyNot(given)
    if (why !== null) found.set(given.personId, why)
  }
  return found
}
