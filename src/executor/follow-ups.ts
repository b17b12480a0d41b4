import type { Attempt } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'

/**
 * What a run leaves for people to do. A rollback in Argo CD leaves the app out of sync with Git, and one that suspended
 * auto-sync leaves it off, because the next sync would bring the bad build back (CONNECTORS C.1, trap 7).
 */
export function followUpsOf(plan: Plan, attempts: readonly Attempt[]): readonly string[] {
  return plan.steps.flatMap((step) => {
    if (step.uses !== 'argocd/rollback' || step.with['autoSync'] !== 'suspend') return []
    const suspended = attempts.some(
      (attempt) =>
        attempt.stepId === step.id &&
        attempt.direction === 'forward' &&
        attempt.effect === 'suspend' &&
        attempt.state === 'done',
    )
    if (!suspended) return []
    const app = typeof step.with['app'] === 'string' ? step.with['app'] : step.target.resource
    return [`Revert the change of ${app} in Git, then re-enable auto-sync of ${app}.`]
  })
}
