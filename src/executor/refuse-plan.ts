import { endRun } from './end-run.ts'
import type { RunEnd } from './executor-deps.ts'
import { planByNames } from './plan-by-names.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * The bytes in the database are not those that people signed: nothing of them runs, and someone has to look. Not even
 * their shape is relied on, since whoever wrote them may have left out what every plan has.
 */
export async function refusePlan(
  session: RunSession,
  reading: Omit<Progress, 'plan'>,
  reason: string,
): Promise<RunEnd> {
  session.deps.log.error({ runId: reading.run.id }, 'a stored plan is not the approved one')
  const plan = session.seen.verified?.plan ?? planByNames(reading.proposal)
  const progress = { ...reading, plan, proposal: { ...reading.proposal, plan } }
  return endRun(session, progress, {
    state: 'stopped',
    reasonCode: 'plan_changed',
    reason,
    proposal: 'cancelled',
    asksAgain: reading.run.startedAt === null,
  })
}
