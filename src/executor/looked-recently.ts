import { momentOf, passedMs } from '../kernel/moment.ts'
import type { Moment } from '../kernel/moment.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { readGrounds } from './read-progress.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * The last look before a request: marking it as sent is one statement with the look at the kill switch, but a replica that
 * slept since, or a database that took long to answer, may have missed what came after. Then it is looked at again, until
 * the last look is a recent one. Answers when that was; undefined where it is not to be sent.
 */
export async function lookedRecently(
  session: RunSession,
  { plan }: Progress,
  lookedAt: Moment,
): Promise<Moment | undefined> {
  const { clock, settings } = session.deps
  let last = lookedAt
  while (passedMs(clock, last) > settings.pace.sendWithinMs) {
    session.held.assertHeld()
    last = momentOf(clock)
    const grounds = await readGrounds(session, plan)
    if (checkBeforeStep(grounds).verdict !== 'go' || grounds.missingNow() !== null) return undefined
  }
  return last
}
