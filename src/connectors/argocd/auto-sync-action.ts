import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { KNOWN_LATER, KnownLater } from '../shared/known-later.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { AppName, lockKeyOf, toAppReference } from './app-name.ts'
import { stateOf } from './application-state.ts'
import { reconcileAutoSync, setAutoSync } from './set-auto-sync.ts'
import { gitRevisionOf, requireGoodGit } from './require-good-git.ts'
import { callTimeoutOf } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { AppReference } from './app-name.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { GitGuard } from './require-good-git.ts'
import type { TargetState } from '../../domain/action.ts'

const Arguments = z.strictObject({ app: AppName, enabled: z.union([KnownLater, z.boolean()]) })

/**
 * `argocd/auto-sync`: sets a field to a value, so asking twice is harmless. Prune and selfHeal stay as they are. It is
 * not switched on while Git still holds what was rolled back from: that is looked at for the plan and before each try.
 */
export function createAutoSyncAction(argocd: ArgoCdContext, guard: GitGuard = requireGoodGit): ActionModule {
  const readApp = (args: JsonObject) =>
    toAppReference(parseArguments('argocd/auto-sync', Arguments, args).app, argocd.projectOf)
  const read = (args: JsonObject) => {
    const { enabled } = parseArguments('argocd/auto-sync', Arguments, args)
    if (enabled !== KNOWN_LATER) return { app: readApp(args), enabled }
    throw new RefusedError('argument_missing', 'On or off is not known; an earlier step had to say so.')
  }

  /** Also for a try that comes late: Git may have moved since the plan was compared. */
  const lookAgain = async (app: AppReference, before: TargetState | null, signal: AbortSignal) => {
    const application = await argocd.client.refreshApplication(app, signal)
    await guard(argocd, app, application, signal)
    const approved = before?.['gitRevision']
    if (typeof approved !== 'string' || approved === gitRevisionOf(application)) return
    throw new RefusedError('git_moved', `Git holds another revision for ${app.name} than the one that was approved.`)
  }

  return {
    name: 'argocd/auto-sync',
    describe: (args) => {
      const app = readApp(args)
      return {
        target: { system: 'argocd', resource: app.name, lockKey: lockKeyOf(app) },
        crashClass: 'idempotent',
        isVerification: false,
        effects: ['main'],
        // Switching it on looks at the app and renders what Git holds before the call that counts.
        callTimeoutMs: callTimeoutOf(argocd) * (args['enabled'] === true ? 2 : 1),
      }
    },
    readState: async (args, signal) => {
      const app = readApp(args)
      if (args['enabled'] !== true) return stateOf(await argocd.client.getApplication(app, signal))
      const application = await argocd.client.refreshApplication(app, signal)
      await guard(argocd, app, application, signal)
      // What would be deployed is part of what is approved.
      return { ...stateOf(application), gitRevision: gitRevisionOf(application) }
    },
    perform: async (args, before, context) => {
      const { app, enabled } = read(args)
      if (enabled) await lookAgain(app, before, context.signal)
      return setAutoSync(argocd.client, app, enabled, before?.['autoSync'] === enabled, context.signal)
    },
    poll: async () => ({ outcome: 'unknown', detail: 'Switching auto-sync has nothing to wait for.' }),
    reconcile: async (args, _attempt, context) => {
      const { app, enabled } = read(args)
      return reconcileAutoSync(argocd.client, app, enabled, context.signal)
    },
  }
}
