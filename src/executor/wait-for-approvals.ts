import { describeDisownedWait, isDisownedWait } from '../domain/disowned-wait.ts'
import type { Stores } from '../ports/stores.ts'
import type { StepWork } from './next-work.ts'
import type { Progress, RunSession } from './run-session.ts'
import { recordOf, tell } from './tell.ts'

/**
 * The run waits for the approvals of a step. That one which was given does not count, because its account does not stand
 * any more, nobody sees in the list of approvals: it is said, once as long as it stays the same.
 */
export async function waitForApprovals(
  session: RunSession,
  stores: Stores,
  progress: Progress,
  { step }: StepWork,
  { missing, disowned }: { readonly missing: string; readonly disowned: ReadonlyMap<string, string> },
): Promise<void> {
  const { deps, held } = session
  const { run } = progress
  const isDisowned = disowned.size > 0
  const text = isDisowned ? describeDisownedWait(step.id, [...disowned.values()]) : missing
  const isNews = run.detail !== text && (isDisowned || isDisownedWait(run.detail))
  if (run.state === 'waiting' && !isNews) return
  await stores.leasedRuns.move(held.lease, ['running', 'waiting', 'unknown'], 'waiting', text)
  if (!isNews || !isDisowned) return
  const record = recordOf(progress, 'run.delayed', 'success', { lacks: 'approvals', reason: text })
  const states = run.state === 'waiting' ? {} : { states: { run: 'waiting' } as const }
  const place = { stepId: step.id, stepIndex: step.index }
  await stores.audit.append([deps.seal({ ...record, ...place, reasonCode: 'account_does_not_stand', ...states })])
  await tell(session, stores, 'run.delayed', `${run.id} waits. ${text}`, 'approval')
}
