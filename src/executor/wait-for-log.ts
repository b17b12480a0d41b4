import { describeLogWait, findLogBehind, isHighRisk } from '../domain/log-delay.ts'
import type { LogBehind } from '../domain/log-delay.ts'
import type { Plan, Tier } from '../domain/plan.ts'
import type { Stores } from '../ports/stores.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import { endingOf } from './ending-of.ts'
import { ensureRunning } from './ensure-running.ts'
import type { RunEnd } from './executor-deps.ts'
import type { ReadyStep, StepWork } from './next-work.ts'
import { readGrounds } from './read-progress.ts'
import type { Progress, RunSession } from './run-session.ts'
import { recordOf, tell } from './tell.ts'

/**
 * TRUST section 4: while the log has had no numbers, or no checkpoint, for longer than it may, nothing of high risk is
 * sent, and nobody is asked for what nobody may approve. The run is given back and looks again; a stop, a freeze and all
 * else that ends a run ends it meanwhile. What has been sent is followed to its end, and checks have no effect. How far
 * the log is behind was found out a moment ago, for all runs together: no step costs a statement of its own.
 */
export async function waitForLog(
  session: RunSession,
  progress: Progress,
  { step }: StepWork,
): Promise<RunEnd | undefined> {
  const { deps, held } = session
  if (!isHeldBack(progress.plan, step)) return undefined
  const behind = findLogBehind(await deps.logDelay(), deps.settings.logDelayMs)
  if (behind === undefined) return undefined
  const grounds = await readGrounds(session, progress.plan)
  const now = { ...progress, ...grounds }
  const verdict = checkBeforeStep(grounds)
  if (verdict.verdict === 'stop') return endRun(session, now, endingOf(verdict))
  // It is `unknown` until here only by what went before; held by nobody that would mean that it waits for a person.
  if (now.run.state === 'unknown') await ensureRunning(session, now)
  await deps.unitOfWork.run(async (stores) => {
    if (verdict.verdict === 'go') await sayOnce(session, stores, now, step, behind)
    await stores.leasedRuns.setAside(held.lease)
  })
  return verdict.verdict === 'hold' ? { kind: 'handed_over' } : { kind: 'later', afterMs: deps.settings.pace.logLookMs }
}

function isHeldBack({ tier }: Plan, step: ReadyStep): boolean {
  // Checked against the action's arguments when the plan was made.
  if (step.uses === 'approval') return isHighRisk(tier, step.args['tier'] as Tier)
  return !step.description.isVerification && isHighRisk(tier)
}

async function sayOnce(
  session: RunSession,
  stores: Stores,
  progress: Progress,
  { id, index }: ReadyStep,
  behind: LogBehind,
): Promise<void> {
  const { deps, held } = session
  const { run } = progress
  const text = describeLogWait(behind)
  if (run.detail === text) return
  // What has not started may still be rejected and expire, so it stays what it is.
  const to = run.state === 'queued' ? 'queued' : 'waiting'
  await stores.leasedRuns.move(held.lease, ['queued', 'running', 'waiting'], to, text)
  const record = recordOf(progress, 'run.delayed', 'success', { lacks: behind.lacks, seconds: behind.seconds })
  const states = run.state === to ? {} : { states: { run: to } as const }
  await stores.audit.append([
    deps.seal({ ...record, stepId: id, stepIndex: index, reasonCode: 'log_behind', ...states }),
  ])
  await tell(session, stores, 'run.delayed', `${run.id} waits before step ${id}. ${text}`, 'approval')
}
