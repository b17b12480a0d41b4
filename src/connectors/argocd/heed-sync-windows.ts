import { RefusedError } from '../../kernel/errors.ts'
import { AppName, toAppReference } from './app-name.ts'
import type { ActionModule } from '../action-module.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { SyncWindows } from './schema.ts'

/**
 * Argo CD's sync windows are a freeze of the app: with a deny window, or outside of its allow windows, no action acts on
 * it, though Argo CD itself lets a rollback through. They are read with the app's state, when a plan is made and again
 * before each step. Whether a sync by hand is let through (`manualSync`) is Argo CD's own answer, `canSync`. Windows
 * that cannot be read count as a state that cannot be read: nothing is sent on a guess.
 */
export function heedSyncWindows(argocd: ArgoCdContext, action: ActionModule): ActionModule {
  return {
    ...action,
    readState: async (args, signal) => {
      const named = AppName.safeParse(args['app'])
      // What is no name of an app is refused by the action, in its own words.
      if (named.success) {
        const app = toAppReference(named.data, argocd.projectOf)
        const windows = await argocd.client.getSyncWindows(app, signal)
        if (windows.canSync !== true) throw frozen(app.name, windows)
      }
      return action.readState(args, signal)
    },
  }
}

function frozen(app: string, windows: SyncWindows): RefusedError {
  const deny = windows.activeWindows?.find(({ kind }) => kind === 'deny')
  const why =
    deny === undefined ? `${app} is outside of its allow windows` : `a deny window of ${app} is open${scheduleOf(deny)}`
  return new RefusedError(
    'frozen',
    `Argo CD does not let ${app} be synced now: ${why}. Wait for the window, or have whoever owns the project change it.`,
  )
}

function scheduleOf({ schedule, duration }: NonNullable<SyncWindows['activeWindows']>[number]): string {
  return schedule == null ? '' : ` (${schedule}${duration == null ? '' : ` for ${duration}`})`
}
