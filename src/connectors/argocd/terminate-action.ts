import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { AppName, lockKeyOf, toAppReference } from './app-name.ts'
import { callTimeoutOf } from './argocd-context.ts'
import { currentOperation, stateOf } from './application-state.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionResult, TargetState } from '../../domain/action.ts'
import type { Application } from './schema.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'

const Arguments = z.strictObject({ app: AppName })

/**
 * `argocd/terminate`: ends the operation that was running when the plan was made, and no other. Ending it twice is
 * ending it once. An answer that got lost is settled by asking all the same: sent again without, the step would find that
 * no operation runs any more, and stop its run for what it did itself.
 */
export function createTerminateAction(argocd: ArgoCdContext): ActionModule {
  const read = (args: JsonObject) =>
    toAppReference(parseArguments('argocd/terminate', Arguments, args).app, argocd.projectOf)
  return {
    name: 'argocd/terminate',
    describe: (args) => {
      const app = read(args)
      return {
        target: { system: 'argocd', resource: app.name, lockKey: lockKeyOf(app) },
        crashClass: 'queryable',
        isVerification: false,
        effects: ['main'],
        callTimeoutMs: callTimeoutOf(argocd),
      }
    },
    readState: async (args, signal) => {
      const application = await argocd.client.getApplication(read(args), signal)
      if (currentOperation(application) !== null) return stateOf(application, { startedAt: startOf(application) })
      throw new RefusedError('nothing_to_do', 'No operation is running on this app, so there is nothing to terminate.')
    },
    perform: async (args, before, context) => {
      const app = read(args)
      try {
        await argocd.client.terminate(app, context.signal)
      } catch (cause) {
        // Argo CD refuses when nothing runs any more; its sentence is not matched, the app itself tells.
        if (!(cause instanceof VendorRejectedError)) throw cause
        const application = await argocd.client.getApplication(app, context.signal)
        if (!hasEnded(application, startBefore(before))) throw cause
        return ended(application, 'The operation had ended by itself.')
      }
      return waiting(argocd, startBefore(before))
    },
    poll: async (args, handle, context) => {
      const startedAt = textOf(handle['startedAt'])
      const application = await argocd.client.getApplication(read(args), context.signal)
      return hasEnded(application, startedAt) ? ended(application, 'Argo CD ended it.') : waiting(argocd, startedAt)
    },
    reconcile: async (args, attempt, context) => {
      const application = await argocd.client.getApplication(read(args), context.signal)
      if (hasEnded(application, startBefore(attempt.before))) {
        return { found: 'executed', result: ended(application, 'The operation has ended.') }
      }
      if (application.status?.operationState?.phase === 'Terminating') {
        return { found: 'executed', result: waiting(argocd, startBefore(attempt.before)) }
      }
      return { found: 'not_executed', detail: 'The operation still runs, and Argo CD is not ending it.' }
    },
  }
}

/** It is over, or another one has begun since. */
function hasEnded(application: Application, startedAt: string | null): boolean {
  if (currentOperation(application) === null) return true
  const now = startOf(application)
  return startedAt !== null && now !== null && now !== startedAt
}

function startOf(application: Application): string | null {
  return application.status?.operationState?.startedAt ?? null
}

function startBefore(before: TargetState | null): string | null {
  const mark = before?.['mark'] as JsonObject | undefined
  return textOf(mark?.['startedAt'])
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function waiting(argocd: ArgoCdContext, startedAt: string | null): ActionResult {
  const detail = 'Argo CD is ending the operation.'
  return { outcome: 'pending', detail, handle: { startedAt }, pollAfterMs: argocd.pollMs }
}

function ended(application: Application, detail: string): ActionResult {
  const phase = application.status?.operationState?.phase ?? null
  return { outcome: 'done', detail, output: { phase }, after: stateOf(application) }
}
