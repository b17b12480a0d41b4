import { closeRefusalMinutes } from './record-refusal.ts'
import { expireProposals } from './expire-proposals.ts'
import { remindApprovers } from './remind-approvers.ts'
import { sweepRuns } from './sweep-runs.ts'
import { watchQuiet } from './watch-quiet.ts'
import type { Deps } from './dependencies.ts'

/**
 * What is due, by the database's clock. Each duty stands for itself: one that fails is logged and tried again at the
 * next tick, and the others are done all the same.
 */
export async function runTick(deps: Deps): Promise<void> {
  const duties: readonly (readonly [name: string, duty: () => Promise<unknown>])[] = [
    ['expire proposals', () => expireProposals(deps)],
    ['remind approvers', () => remindApprovers(deps)],
    ['watch quiet incidents', () => watchQuiet(deps)],
    ['sweep runs', () => sweepRuns(deps)],
    ['close refusal minutes', () => closeRefusalMinutes(deps)],
    ['drop what is kept for a while only', () => deps.stores.housekeeping.dropOld()],
  ]
  for (const [name, duty] of duties) {
    try {
      await duty()
    } catch (error) {
      deps.log.error({ error, duty: name }, 'a duty of the clock failed; the next tick tries again')
    }
  }
}
