import { createAppEvents } from './app-events.ts'
import { createAbortAction } from './abort-action.ts'
import { ArgoCdClient } from './argocd-client.ts'
import { createAutoSyncAction } from './auto-sync-action.ts'
import { checkArgoCd } from './check-argocd.ts'
import { createChangeSource, createDeployStateReader } from './deploy-history.ts'
import { createPreviewer } from './create-previewer.ts'
import { createPromoteAction } from './promote-action.ts'
import { createRestartAction } from './restart-action.ts'
import { heedSyncWindows } from './heed-sync-windows.ts'
import { createTerminateAction } from './terminate-action.ts'
import { createRollbackAction } from './rollback-action.ts'
import { createSyncAction } from './sync-action.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { ChangeSource } from '../../ports/change-source.ts'
import type { EvidenceSource } from '../../ports/evidence-source.ts'
import type { DeployStateReader } from '../../ports/deploy-state.ts'
import type { ActionModule } from '../action-module.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { HttpTiming } from '../shared/http-request.ts'
import type { ArgoCdContext } from './argocd-context.ts'

export interface ArgoCdOptions {
  /** Already parsed by `parseServerAddress`. */
  readonly url: URL
  readonly token: string
  /** The Argo CD project of an app, when the catalog knows it. */
  readonly projectOf: (app: string) => string | null
  /** For one call; default 10 s. */
  readonly timeoutMs?: number
  /** Between two looks at a running operation; default 1 s. */
  readonly pollMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

export interface ArgoCd {
  readonly actions: readonly ActionModule[]
  readonly deployState: DeployStateReader
  readonly changes: ChangeSource
  readonly previewer: ActionPreviewer
  readonly evidence: EvidenceSource
  /** `apps` are those of the catalog. */
  checkHealth(apps: readonly string[], signal: AbortSignal): Promise<ConnectorHealth>
}

export function createArgoCd(options: ArgoCdOptions): ArgoCd {
  const { url, token, timeoutMs, onTiming } = options
  const argocd: ArgoCdContext = {
    client: new ArgoCdClient({
      url,
      token,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onTiming === undefined ? {} : { onTiming }),
    }),
    projectOf: options.projectOf,
    pollMs: options.pollMs ?? 1_000,
  }
  return {
    actions: [
      createRollbackAction(argocd),
      createSyncAction(argocd),
      createAutoSyncAction(argocd),
      createTerminateAction(argocd),
      createRestartAction(argocd),
      createAbortAction(argocd),
      createPromoteAction(argocd),
    ].map((action) => lookAgain(heedSyncWindows(argocd, action))),
    deployState: createDeployStateReader(argocd),
    changes: createChangeSource(argocd),
    previewer: createPreviewer(argocd),
    evidence: createAppEvents(argocd),
    checkHealth: (apps, signal) => checkArgoCd(argocd, apps, signal),
  }
}

/** No request of Argo CD takes a precondition: `resourceVersion` is a parameter of reads only. */
function lookAgain(action: ActionModule): ActionModule {
  return { ...action, describe: (args) => ({ ...action.describe(args), looksAgain: true }) }
}
