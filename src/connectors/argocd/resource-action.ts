import { RefusedError } from '../../kernel/errors.ts'
import { callTimeoutOf } from './argocd-context.ts'
import { lockKeyOf } from './app-name.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionName, ActionResult, CrashClass, TargetState } from '../../domain/action.ts'
import type { AppReference } from './app-name.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LiveResource } from './schema.ts'
import type { ResourceReference } from './argocd-client.ts'

/** Which resource of which app, and the name of Argo CD's own action for it. */
export interface ResourceStep {
  readonly app: AppReference
  readonly resource: ResourceReference
  readonly action: string
  /** `Deployment checkout in shop is restarted`, for the sentences. */
  readonly done: string
}

/** What an action that Argo CD carries out on one resource is: how it is asked for, and how one sees that it happened. */
export interface ResourceActionKind {
  readonly name: ActionName
  readonly crashClass: CrashClass
  read(args: JsonObject): ResourceStep
  /** The fields that are compared. */
  stateOf(live: LiveResource): JsonObject
  /** What a reconcile must know besides, and is not compared. */
  markOf(live: LiveResource): JsonObject
  /** Why it makes no sense now, or null. */
  whyNot(live: LiveResource, step: ResourceStep): string | null
  isDone(live: LiveResource, before: TargetState | null, step: ResourceStep): boolean
}

/** The part that restarts and rollouts share: ask once, then look at the resource until it shows. */
export function createResourceAction(argocd: ArgoCdContext, kind: ResourceActionKind): ActionModule {
  const look = async (step: ResourceStep, signal: AbortSignal) =>
    argocd.client.getResource(step.app, step.resource, signal)
  return {
    name: kind.name,
    describe: (args) => {
      const { app } = kind.read(args)
      return {
        target: { system: 'argocd', resource: app.name, lockKey: lockKeyOf(app) },
        crashClass: kind.crashClass,
        isVerification: false,
        effects: ['main'],
        callTimeoutMs: callTimeoutOf(argocd),
      }
    },
    readState: async (args, signal) => {
      const step = kind.read(args)
      const live = await look(step, signal)
      const refused = kind.whyNot(live, step)
      if (refused !== null) throw new RefusedError('nothing_to_do', refused)
      return fullState(kind, step, live)
    },
    perform: async (args, before, context) => {
      const step = kind.read(args)
      await argocd.client.runResourceAction(step.app, step.resource, step.action, context.signal)
      return waiting(argocd, before)
    },
    poll: async (args, handle, context) => {
      const step = kind.read(args)
      const before = beforeOf(handle)
      const live = await look(step, context.signal)
      return kind.isDone(live, before, step) ? ended(kind, step, live) : waiting(argocd, before)
    },
    reconcile: async (args, attempt, context) => {
      const step = kind.read(args)
      const live = await look(step, context.signal)
      return kind.isDone(live, attempt.before, step)
        ? { found: 'executed', result: ended(kind, step, live) }
        : { found: 'not_executed', detail: `${nameOf(step.resource)} is as it was before the request.` }
    },
  }
}

export function nameOf({ kind, name, namespace }: ResourceReference): string {
  return `${kind} ${name} in ${namespace}`
}

function fullState(kind: ResourceActionKind, step: ResourceStep, live: LiveResource): TargetState {
  const { kind: what, namespace, name } = step.resource
  return {
    app: step.app.name,
    resource: `${what}/${namespace}/${name}`,
    ...kind.stateOf(live),
    mark: kind.markOf(live),
  }
}

function waiting(argocd: ArgoCdContext, before: TargetState | null): ActionResult {
  const detail = 'Argo CD has taken it; the resource does not show it yet.'
  return { outcome: 'pending', detail, handle: { before }, pollAfterMs: argocd.pollMs }
}

function beforeOf(handle: JsonObject): TargetState | null {
  const before = handle['before']
  return typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as TargetState) : null
}

function ended(kind: ResourceActionKind, step: ResourceStep, live: LiveResource): ActionResult {
  return { outcome: 'done', detail: `${step.done}.`, output: kind.stateOf(live), after: fullState(kind, step, live) }
}
