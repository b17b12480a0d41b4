import { ACTION_NAMES } from '../domain/action.ts'
import { checkBeforeStep } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import { endingOf } from './ending-of.ts'
import { readGrounds } from './read-progress.ts'
import type { Plan } from '../domain/plan.ts'
import type { Progress, RunSession } from './run-session.ts'
import type { RunEnd } from './executor-deps.ts'

/**
 * What of an approved plan this build does not know: during a rolling upgrade, and after a rollback, older replicas
 * claim runs of newer ones. Undefined when it knows all of it.
 */
export function unknownIn(plan: Plan, knownActions: readonly string[] = ACTION_NAMES): string | undefined {
  // What another build has written may be of another version, whatever this one's types say.
  const version: number = plan.version
  if (version !== 1) return `a plan of version ${String(version)}`
  const step = plan.steps.find(
    ({ uses, undo }) => !knownActions.includes(uses) || (undo !== null && !knownActions.includes(undo.uses)),
  )
  return step === undefined ? undefined : `the action of step ${step.id} (${step.uses})`
}

/**
 * Such a run is given back untouched, for a replica of the newer build. Nothing is sent and nothing counts as a crash;
 * a person may stop it, and the lookout pages when nobody goes on with it.
 */
export async function leaveToNewer(session: RunSession, progress: Progress, unknown: string): Promise<RunEnd> {
  const { log, settings } = session.deps
  const verdict = checkBeforeStep(await readGrounds(session, progress.plan))
  if (verdict.verdict === 'stop') return endRun(session, progress, endingOf(verdict))
  log.warn(
    { runId: progress.run.id, unknown },
    'a run needs a newer build than this one and is left to it; start that build, or stop the run',
  )
  return { kind: 'later', afterMs: settings.pace.targetBusyMs }
}
