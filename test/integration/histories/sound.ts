import { deepEqual, equal, ok } from 'node:assert/strict'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import type { HistoryWorld, Outcome } from './history-world.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'

/** What must hold at the end, whatever happened on the way; throws with the name of what does not. */
export async function requireSound({ delivery }: HistoryWorld, outcome: Outcome): Promise<void> {
  deepEqual(outcome.decided.toSorted(), [...new Set(outcome.decided)].toSorted(), 'a person has decided twice')
  ok(outcome.mostTakenAtOnce <= 1, 'clicks at once were taken more than once')
  ok(outcome.runs <= 1, 'there is more than one run')
  if (outcome.state === 'approved') equal(outcome.runs, 1, 'it is approved and there is no run')
  const final = stateOf(await loadIncidentView(delivery.deps, outcome.incidentId))
  for (const [surface, cards] of Object.entries(outcome.cards)) {
    equal(cards.length, 1, `there are ${String(cards.length)} cards in ${surface}`)
    deepEqual(cards.map(stateOf), [final], `the card in ${surface} does not show the final state`)
  }
}

/** All that a card shows; times of the look are no part of it. */
function stateOf(view: IncidentView | undefined): unknown {
  return JSON.parse(JSON.stringify({ ...view, updatedAt: null }))
}
