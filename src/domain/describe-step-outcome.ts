import { PROPOSAL_ENDINGS } from './proposal-endings.ts'
import type { RunStepView, StepEndingView } from './incident-view.ts'

/** What became of a step in a word or two: of a nested approval how it ended, and only a rejection is called one. */
export function describeStepOutcome({ ending, outcome, state }: RunStepView): string {
  return ending === null ? (outcome ?? state) : describeStepEndingState(ending)
}

/** In the words of a plan's own endings. */
export function describeStepEndingState({ state, people }: StepEndingView): string {
  const words = PROPOSAL_ENDINGS[state].toLowerCase()
  return state === 'approved' && people.length > 0 ? `${words} by ${people.join(' and ')}` : words
}
