import { z } from 'zod'
import { AppName, toAppReference } from './app-name.ts'
import { nameOf } from './resource-action.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionName } from '../../domain/action.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LiveResource } from './schema.ts'
import type { ResourceStep } from './resource-action.ts'

const Name = z.string().min(1).max(253)
const Arguments = z.strictObject({ app: AppName, name: Name, namespace: Name, full: z.boolean().default(false) })

/** What a step on an Argo Rollout names; the Rollout is one of the app's resources. */
export function readRolloutStep(
  argocd: ArgoCdContext,
  uses: ActionName,
  args: JsonObject,
  words: (isFull: boolean) => { readonly action: string; readonly done: string },
): ResourceStep {
  const { app, name, namespace, full } = parseArguments(uses, Arguments, args)
  const resource = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', name, namespace }
  const { action, done } = words(full)
  return { app: toAppReference(app, argocd.projectOf), resource, action, done: `${nameOf(resource)} ${done}` }
}

/** Compared: which pods are being rolled out, and whether that goes on. The step it is on moves by itself. */
export function rolloutState({ status }: LiveResource): JsonObject {
  return {
    podHash: status?.currentPodHash ?? null,
    isAborted: status?.abort === true,
    isPromoted: status?.promoteFull === true || isComplete({ status }),
  }
}

export function rolloutMark({ status }: LiveResource): JsonObject {
  return { stepIndex: status?.currentStepIndex ?? null }
}

/** The new pods are the stable ones: nothing is being rolled out. */
export function isComplete({ status }: Pick<LiveResource, 'status'>): boolean {
  return status?.stableRS != null && status.stableRS === status.currentPodHash
}
