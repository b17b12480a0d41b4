import { isAutoSyncOn, stateOf } from './application-state.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { ReconcileAnswer } from '../../ports/action-runner.ts'
import type { AppReference } from './app-name.ts'
import type { ArgoCdClient } from './argocd-client.ts'
import type { Application } from './schema.ts'

const REVERTED =
  'Auto-sync is not what was asked for after the change: an ApplicationSet or a parent app sets it back (let that ignore /spec/syncPolicy), or this Argo CD is too old to know automated.enabled.'

/** Switches auto-sync absolutely; asking twice is the same as asking once. */
export async function setAutoSync(
  client: ArgoCdClient,
  app: AppReference,
  enabled: boolean,
  seemsDone: boolean,
  signal: AbortSignal,
): Promise<ActionResult> {
  if (seemsDone) {
    const application = await client.getApplication(app, signal)
    // Read again: the caller's knowledge is from before the intent, and nothing is sent on this path.
    if (isAutoSyncOn(application) === enabled) return switched(application, enabled, false)
  }
  return switched(await client.setAutoSync(app, enabled, signal), enabled, true)
}

export async function reconcileAutoSync(
  client: ArgoCdClient,
  app: AppReference,
  enabled: boolean,
  signal: AbortSignal,
): Promise<ReconcileAnswer> {
  const application = await client.getApplication(app, signal)
  return isAutoSyncOn(application) === enabled
    ? { found: 'executed', result: switched(application, enabled, true) }
    : { found: 'not_executed', detail: `Auto-sync is still ${enabled ? 'off' : 'on'} in Argo CD.` }
}

function switched(application: Application, enabled: boolean, wasChanged: boolean): ActionResult {
  const after = stateOf(application)
  const output = { autoSync: isAutoSyncOn(application), autoSyncChanged: wasChanged }
  if (isAutoSyncOn(application) !== enabled) return { outcome: 'failed', detail: REVERTED, output, after }
  const word = enabled ? 'on' : 'off'
  const detail = wasChanged ? `Argo CD switched auto-sync ${word}.` : `Auto-sync was ${word} already.`
  return { outcome: 'done', detail, output, after }
}
