import { createResourceAction, nameOf } from './resource-action.ts'
import { isComplete, readRolloutStep, rolloutMark, rolloutState } from './rollout-step.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'

/** `rollouts/abort`: traffic goes back to the stable pods. It sets a field, so asking twice is asking once. */
export function createAbortAction(argocd: ArgoCdContext): ActionModule {
  return createResourceAction(argocd, {
    name: 'rollouts/abort',
    crashClass: 'idempotent',
    read: (args) => readRolloutStep(argocd, 'rollouts/abort', args, () => ({ action: 'abort', done: 'is aborted' })),
    stateOf: rolloutState,
    markOf: rolloutMark,
    whyNot: (live, { resource }) =>
      isComplete(live) ? `${nameOf(resource)} is rolled out completely, so there is nothing to abort.` : null,
    isDone: (live) => live.status?.abort === true,
  })
}
