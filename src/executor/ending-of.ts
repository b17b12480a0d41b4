import type { StepVerdict } from './check-before-step.ts'
import type { Ending } from './end-run.ts'

/** How a run ends that must not go on. */
export function endingOf(verdict: Extract<StepVerdict, { verdict: 'stop' }>): Ending {
  const { reason, rule, proposal, asksAgain } = verdict
  return { state: 'stopped', reason, reasonCode: rule, proposal, asksAgain }
}
