import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { KNOWN_LATER, KnownLater } from '../shared/known-later.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { AppName, lockKeyOf, toAppReference } from './app-name.ts'
import { stateOf } from './application-state.ts'
import { reconcileAutoSync, setAutoSync } from './set-auto-sync.ts'
import { callTimeoutOf } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'

const Arguments = z.strictObject({ app: AppName, enabled: z.union([KnownLater, z.boolean()]) })

/** `argocd/auto-sync`: sets a field to a value, so asking twice is harmless. Prune and selfHeal stay as they are. */
export function createAutoSyncAction(argocd: ArgoCdContext): ActionModule {
  const readApp = (args: JsonObject) =>
    toAppReference(parseArguments('argocd/auto-sync', Arguments, args).app, argocd.projectOf)
  const read = (args: JsonObject) => {
    const { enabled } = parseArguments('argocd/auto-sync', Arguments, args)
    if (enabled !== KNOWN_LATER) return { app: readApp(args), enabled }
    throw new RefusedError('argument_missing', 'On or off is not known; an earlier step had to say so.')
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
        callTimeoutMs: callTimeoutOf(argocd),
      }
    },
    readState: async (args, signal) => stateOf(await argocd.client.getApplication(readApp(args), signal)),
    perform: async (args, before, context) => {
      const { app, enabled } = read(args)
      return setAutoSync(argocd.client, app, enabled, before?.['autoSync'] === enabled, context.signal)
    },
    poll: async () => ({ outcome: 'unknown', detail: 'Switching auto-sync has nothing to wait for.' }),
    reconcile: async (args, _attempt, context) => {
      const { app, enabled } = read(args)
      return reconcileAutoSync(argocd.client, app, enabled, context.signal)
    },
  }
}
