import { momentOf, passedMs } from '../kernel/moment.ts'
import type { Moment } from '../kernel/moment.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { readGrounds } from './read-progress.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * The last look before a request: marking it as sent is one statement with the look at the kill switch, but a replica that
 * slept since, or a database that took long to answer, may have missed what came after. Then it is looked at again, until
 * the last look is a recent one.
 */
export async function isStillWanted(session: RunSession, { plan }: Progress, lookedAt: Moment): Promise<boolean> {
  const { clock, settings } = session.deps
  let last = lookedAt
  while (passedMs(clock, last) > settings.pace.sendWithinMs) {
    session.held.assertHeld()
    last = momentOf(clock)
    const grounds = await readGrounds(session, plan)
    if (checkBeforeStep(grounds).verdict !== 'go' || grounds.missingNow() !== null) return false
  }
  return true
}
