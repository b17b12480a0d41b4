import type { Attempt } from '../domain/run.ts'
import type { Plan, PlanStep } from '../domain/plan.ts'

/**
 * What a run leaves for people to do. A rollback in Argo CD leaves the app out of sync with Git, and one that suspended
 * auto-sync leaves it off, because the next sync would bring the bad build back (CONNECTORS C.1, trap 7).
 */
export function followUpsOf(plan: Plan, attempts: readonly Attempt[]): readonly string[] {
  return plan.steps.flatMap((step) => {
    const sentence = step.uses === 'argocd/rollback' ? followUpOf(step, attempts) : undefined
    return sentence === undefined ? [] : [sentence]
  })
}

function followUpOf(step: PlanStep, attempts: readonly Attempt[]): string | undefined {
  const done = attempts.filter(
    (attempt) => attempt.stepId === step.id && attempt.direction === 'forward' && attempt.state === 'done',
  )
  const app = typeof step.with['app'] === 'string' ? step.with['app'] : step.target.resource
  const isBack = done.some((attempt) => attempt.effect === 'main')
  const isSuspended = done.some(
    (attempt) => attempt.effect === 'suspend' && attempt.output?.['autoSyncChanged'] !== false,
  )
  if (isBack && isSuspended) return `Revert the change of ${app} in Git, then re-enable auto-sync of ${app}.`
  if (isBack) return `Revert the change of ${app} in Git: the app is out of sync with it.`
  return isSuspended ? `Re-enable auto-sync of ${app}: it was suspended, and the rollback did not come.` : undefined
}
