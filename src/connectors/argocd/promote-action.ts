import { createResourceAction, nameOf } from './resource-action.ts'
import { isComplete, readRolloutStep, rolloutMark, rolloutState } from './rollout-step.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LiveResource } from './schema.ts'
import type { TargetState } from '../../domain/action.ts'

/** Argo CD's own names: `resume` ends the pause of one step, `promote-full` skips all that are left. */
const RESUME = 'resume'
const PROMOTE_FULL = 'promote-full'

/**
 * `rollouts/promote`. Promoting to the end sets a field. Ending one pause does not: asked for again it would end the
 * next one, so the step that the rollout was on is on record before the request, and is looked at before another.
 */
export function createPromoteAction(argocd: ArgoCdContext): ActionModule {
  return createResourceAction(argocd, {
    name: 'rollouts/promote',
    crashClass: 'queryable',
    read: (args) =>
      readRolloutStep(argocd, 'rollouts/promote', args, (isFull) =>
        isFull
          ? { action: PROMOTE_FULL, done: 'is promoted to the end' }
          : { action: RESUME, done: 'goes on to its next step' },
      ),
    stateOf: rolloutState,
    markOf: rolloutMark,
    whyNot: (live, { resource, action }) => {
      if (live.status?.abort === true) return `${nameOf(resource)} is aborted, so there is nothing to promote.`
      if (isComplete(live)) return `${nameOf(resource)} is rolled out completely, so there is nothing to promote.`
      if (action === RESUME && !isPaused(live)) return `${nameOf(resource)} is not paused, so it goes on by itself.`
      return null
    },
    isDone: (live, before, { action }) =>
      isComplete(live) || (action === PROMOTE_FULL ? live.status?.promoteFull === true : hasMoved(live, before)),
  })
}

function isPaused({ status }: LiveResource): boolean {
  return (status?.pauseConditions ?? []).length > 0
}

function hasMoved(live: LiveResource, before: TargetState | null): boolean {
  const mark = before?.['mark'] as JsonObject | undefined
  const index = mark?.['stepIndex']
  const now = live.status?.currentStepIndex ?? null
  const isFurther = typeof index === 'number' && now !== null && now > index
  return isFurther || !isPaused(live)
}
