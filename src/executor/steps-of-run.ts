import type { ActionName, CrashClass, Target, TargetState } from '../domain/action.ts'
import type { Attempt, Run } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'
import type { JsonObject } from '../kernel/json.ts'
import { mayHaveActed } from './attempt-notes.ts'

/** One step as this run has to take it, forward or back. */
export interface RunStep {
  readonly id: string
  readonly index: number
  readonly direction: Run['direction']
  readonly uses: ActionName
  /** Look-ups of `steps.*` still in it. */
  readonly with: JsonObject
  readonly target: Target
  /** The approved state of the target; null when nothing is compared. */
  readonly before: TargetState | null
  /** null when only the action itself knows (undo steps). */
  readonly crashClass: CrashClass | null
  readonly timeoutMs: number
}

/** Forward: the plan's steps. Undo: the undo steps of what was done or may have been, last first. */
export function stepsOfRun(plan: Plan, direction: Run['direction'], attempts: readonly Attempt[]): readonly RunStep[] {
  const forward = plan.steps.map((step, index): RunStep => ({
    id: step.id,
    index,
    direction: 'forward',
    uses: step.uses,
    with: step.with,
    target: step.target,
    before: step.before,
    crashClass: step.crashClass,
    timeoutMs: step.timeoutMs,
  }))
  return direction === 'forward' ? forward : undoSteps(plan, attempts)
}

/** Whether pressing Undo would do anything. */
export function canBeUndone(plan: Plan, attempts: readonly Attempt[]): boolean {
  return undoSteps(plan, attempts).length > 0
}

function undoSteps(plan: Plan, attempts: readonly Attempt[]): readonly RunStep[] {
  const touched = new Set(
    attempts
      .filter((attempt) => attempt.direction === 'forward' && mayHaveActed(attempt))
      .map((attempt) => attempt.stepId),
  )
  return plan.steps
    .map((step, index) => ({ step, index }))
    .reverse()
    .flatMap(({ step, index }): RunStep[] => {
      if (step.undo === null || step.isVerification || !touched.has(step.id)) return []
      const { uses, with: written, target } = step.undo
      return [
        {
          id: step.id,
          index,
          direction: 'undo',
          uses,
          with: written,
          target,
          before: null,
          crashClass: null,
          timeoutMs: step.timeoutMs,
        },
      ]
    })
}
