import {
  currentOperation,
  historyOf,
  initiatorOf,
  isAutoSyncOn,
  revisionOf,
  shortRevision,
} from './application-state.ts'
import { toAppReference } from './app-name.ts'
import type { IncomingChange } from '../../domain/change-event.ts'
import type { Service } from '../../domain/service-catalog.ts'
import type { ChangeSource } from '../../ports/change-source.ts'
import type { DeployHistoryEntry, DeployState, DeployStateReader } from '../../ports/deploy-state.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { Application, HistoryEntry, OperationState } from './schema.ts'

/** What runs a service now, as Argo CD sees it. */
export function createDeployStateReader(argocd: ArgoCdContext): DeployStateReader {
  return {
    read: async (service, signal) => {
      if (service.argocd === null) return null
      const app = referenceOf(service, argocd)
      const application = await argocd.client.getApplication(app, signal)
      return toDeployState(application, argocd.client.pageOf(app, application.metadata.namespace))
    },
  }
}

/**
 * The history as changes, since notifications are best effort. Only whole and successful syncs enter the history, so
 * an operation that is running or has failed is reported besides.
 */
export function createChangeSource(argocd: ArgoCdContext): ChangeSource {
  return {
    name: 'argocd',
    listChanges: async (service, since, signal) => {
      if (service.argocd === null) return []
      const app = referenceOf(service, argocd)
      const application = await argocd.client.getApplication(app, signal)
      const url = argocd.client.pageOf(app, application.metadata.namespace)
      return toChanges(application, service.name, url).filter(
        (change) => (change.finishedAt ?? change.at).getTime() >= since.getTime(),
      )
    },
  }
}

function referenceOf(service: Service, argocd: ArgoCdContext) {
  const { app, project } = service.argocd ?? { app: '', project: null }
  return toAppReference(app, (name) => project ?? argocd.projectOf(name))
}

function toDeployState(application: Application, url: string): DeployState {
  const { status } = application
  const running = currentOperation(application) !== null
  return {
    app: application.metadata.name,
    health: status?.health?.status ?? 'Unknown',
    sync: status?.sync?.status ?? 'Unknown',
    revision: currentRevision(application),
    autoSync: isAutoSyncOn(application),
    operationPhase: status?.operationState?.phase ?? (running ? 'Running' : null),
    history: historyOf(application).map(toEntry),
    url,
  }
}

/** What is deployed, which is the top of the history; `status.sync.revision` is only what Git is compared with. */
function currentRevision(application: Application): string | null {
  const top = historyOf(application)[0]
  return (top === undefined ? null : revisionOf(top)) ?? application.status?.sync?.revision ?? null
}

function toEntry(entry: HistoryEntry): DeployHistoryEntry {
  return {
    id: String(entry.id),
    revision: revisionOf(entry) ?? '',
    deployedAt: new Date(entry.deployedAt),
    deployStartedAt: entry.deployStartedAt == null ? null : new Date(entry.deployStartedAt),
    initiatedBy: initiatorOf(entry),
  }
}

function toChanges(application: Application, service: string, url: string): readonly IncomingChange[] {
  const history = historyOf(application)
  const app = application.metadata.name
  const deployed = history.map((entry, index): IncomingChange => {
    const { deployedAt, deployStartedAt, initiatedBy, revision } = toEntry(entry)
    return {
      source: 'argocd',
      sourceId: `${app}/history/${String(entry.id)}`,
      kind: 'deploy',
      service,
      environment: null,
      at: deployStartedAt ?? deployedAt,
      finishedAt: deployedAt,
      revision,
      previous: previousOf(history[index + 1]),
      actor: initiatedBy,
      url,
      summary: `Argo CD deployed ${shortRevision(revision)} to ${app}`,
      outcome: wasRolledBack(history, index) ? 'rolled_back' : 'succeeded',
    }
  })
  const state = application.status?.operationState
  const unfinished = state == null ? null : toUnfinishedChange(app, service, url, history[0], state)
  return unfinished === null ? deployed : [unfinished, ...deployed]
}

function previousOf(entry: HistoryEntry | undefined): IncomingChange['previous'] {
  return entry === undefined ? null : { id: String(entry.id), revision: revisionOf(entry) }
}

/** The next deploy went back to what stood before this one. */
function wasRolledBack(history: readonly HistoryEntry[], index: number): boolean {
  const [next, own, previous] = [history[index - 1], history[index], history[index + 1]]
  if (next === undefined || own === undefined || previous === undefined) return false
  return revisionOf(next) === revisionOf(previous) && revisionOf(next) !== revisionOf(own)
}

function toUnfinishedChange(
  app: string,
  service: string,
  url: string,
  top: HistoryEntry | undefined,
  state: OperationState,
): IncomingChange | null {
  if (!isUnfinishedDeploy(state) || state.startedAt == null) return null
  const { operation, syncResult, finishedAt } = state
  const revision = revisionOf(operation?.sync ?? {}) ?? revisionOf(syncResult ?? {})
  const isRunning = finishedAt == null || state.phase === 'Running'
  return {
    source: 'argocd',
    sourceId: `${app}/operation/${state.startedAt}`,
    kind: 'deploy',
    service,
    environment: null,
    at: new Date(state.startedAt),
    finishedAt: isRunning ? null : new Date(finishedAt),
    revision,
    previous: previousOf(top),
    actor: initiatorOf(operation ?? {}),
    url,
    summary: `Argo CD ${isRunning ? 'is deploying' : 'failed to deploy'} ${shortRevision(revision)} to ${app}`,
    outcome: isRunning ? 'running' : 'failed',
  }
}

function isUnfinishedDeploy(state: OperationState): boolean {
  const sync = state.operation?.sync
  return sync != null && sync.dryRun !== true && state.phase !== 'Succeeded'
}
