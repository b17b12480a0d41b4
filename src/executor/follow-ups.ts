import type { Attempt } from '../domain/run.ts'
import type { FollowUpKind } from '../domain/follow-up.ts'
import type { Plan, PlanStep } from '../domain/plan.ts'

/** What one step of a run leaves; `kind` is null when nothing is left of it, which ends what it had left before. */
export interface LeftByStep {
  readonly stepId: string
  readonly app: string
  readonly kind: FollowUpKind | null
  /** The revision that must not come back. */
  readonly badRevision: string | null
}

/**
 * What a run leaves for people to do, by its own ledger, an undo included: an undone rollback leaves nothing to revert,
 * only auto-sync where the run switched it off. Steps that left nothing at any time are not named.
 */
export function followUpsOf(plan: Plan, attempts: readonly Attempt[]): readonly LeftByStep[] {
  return plan.steps.flatMap((step) => {
    if (step.uses !== 'argocd/rollback') return []
    const left = leftBy(step, attempts)
    return left === undefined ? [] : [left]
  })
}

function leftBy(step: PlanStep, attempts: readonly Attempt[]): LeftByStep | undefined {
  const done = attempts.filter((attempt) => attempt.stepId === step.id && attempt.state === 'done')
  const back = done.find((attempt) => attempt.direction === 'forward' && attempt.effect === 'main')
  const isUndone = done.some((attempt) => attempt.direction === 'undo' && attempt.effect === 'main')
  const isSuspended = done.some(
    ({ direction, effect, output }) =>
      direction === 'forward' && effect === 'suspend' && output?.['autoSyncChanged'] !== false,
  )
  if (back === undefined && !isSuspended) return undefined
  const app = typeof step.with['app'] === 'string' ? step.with['app'] : step.target.resource
  const revision = back?.before?.['revision'] ?? step.before?.['revision']
  return {
    stepId: step.id,
    app,
    kind: kindOf(back !== undefined && !isUndone, isSuspended),
    badRevision: back !== undefined && !isUndone && typeof revision === 'string' ? revision : null,
  }
}

function kindOf(isBack: boolean, isSuspended: boolean): FollowUpKind | null {
  if (isBack) return isSuspended ? 'revert_and_enable' : 'revert'
  return isSuspended ? 'enable' : null
}
