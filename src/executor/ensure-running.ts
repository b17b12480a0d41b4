import { isLogWait } from '../domain/log-delay.ts'
import type { Progress, RunSession } from './run-session.ts'
import { recordOf, tell } from './tell.ts'

/** queued, waiting or unknown → running, on record before the intent that it makes possible. */
export async function ensureRunning(session: RunSession, progress: Progress): Promise<void> {
  const { run, plan } = progress
  if (run.state === 'running') return
  const isStart = run.state === 'queued'
  await session.deps.unitOfWork.run(async (stores) => {
    await stores.leasedRuns.move(session.held.lease, ['queued', 'waiting', 'unknown'], 'running', null)
    const record = recordOf(progress, isStart ? 'run.started' : 'run.resumed', 'success', { tier: plan.tier })
    await stores.audit.append([session.deps.seal({ ...record, states: { run: 'running' } })])
    const text = isStart
      ? `${run.id} starts: ${plan.playbook.title}.`
      : `${run.id} goes on: the audit log has caught up.`
    if (isStart || isLogWait(run.detail)) await tell(session, stores, record.event, text, 'status')
  })
}
