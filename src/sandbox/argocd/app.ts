/** One operation of an app: asked for by somebody, of one revision. */
export interface Operation {
  readonly kind: 'rollback' | 'sync'
  readonly version: string
  readonly revision: string
  readonly username: string | null
  readonly infos: readonly { readonly name: string; readonly value: string }[]
  /** Of a few resources only: does not enter the history. */
  readonly isPartial: boolean
}

export interface OperationState {
  readonly operation: Operation
  phase: 'Running' | 'Terminating' | 'Succeeded' | 'Failed'
  message: string
  readonly startedAtMs: number
  finishedAtMs: number | null
}

export interface HistoryEntry {
  readonly id: number
  readonly version: string
  readonly revision: string
  /** Of its newest commit. */
  readonly message: string
  readonly startedAtMs: number
  readonly deployedAtMs: number
  readonly username: string | null
}

/** What Argo CD tells Kubernetes of an app. */
export interface AppEvent {
  readonly reason: 'OperationStarted' | 'OperationCompleted' | 'ResourceUpdated'
  readonly message: string
  readonly isWarning: boolean
  readonly atMs: number
}

export interface App {
  readonly name: string
  readonly service: string
  readonly project: string
  automated: { readonly enabled: boolean | undefined; readonly prune: boolean; readonly selfHeal: boolean }
  /** What Git's main branch says should run. */
  head: { readonly version: string; readonly revision: string; readonly by: string; readonly message: string }
  readonly history: HistoryEntry[]
  /** Oldest first. */
  readonly events: AppEvent[]
  /** Requested or running. */
  operation: { readonly of: Operation; readonly requestedAtMs: number } | null
  state: OperationState | null
  health: 'Healthy' | 'Progressing'
  healthyAtMs: number | null
  reconciledAtMs: number
}

export const NAMESPACE = 'argocd'
/** Who Countersign's token is, as Argo CD shows it. */
export const ACCOUNT = 'proj:shop:countersign'

export function isAutoSyncOn(app: App): boolean {
  return app.automated.enabled !== false
}

export function currentEntry(app: App): HistoryEntry | undefined {
  return app.history.at(-1)
}

/** The Application as Argo CD's API gives it: what is empty is left out, as Go does, and times have whole seconds. */
export function describeApp(app: App): object {
  const source = { repoURL: 'https://git.shop.example/deploy.git', path: app.service, targetRevision: 'main' }
  const top = currentEntry(app)
  const { enabled, prune, selfHeal } = app.automated
  return {
    metadata: { name: app.name, namespace: NAMESPACE },
    spec: {
      project: app.project,
      source,
      destination: { server: 'https://kubernetes.default.svc', namespace: app.service },
      syncPolicy: { automated: { ...(enabled === undefined ? {} : { enabled }), prune, selfHeal } },
    },
    ...(app.operation === null ? {} : { operation: describeOperation(app.operation.of) }),
    status: {
      summary: { images: top === undefined ? [] : [imageOf(app, top.version)] },
      sync: { status: top?.revision === app.head.revision ? 'Synced' : 'OutOfSync', revision: app.head.revision },
      health: { status: app.health },
      history: app.history.map((entry) => ({
        id: entry.id,
        revision: entry.revision,
        deployStartedAt: timeOf(entry.startedAtMs),
        deployedAt: timeOf(entry.deployedAtMs),
        initiatedBy: initiator(entry.username),
        source,
      })),
      ...(app.state === null ? {} : { operationState: describeState(app.state) }),
      reconciledAt: timeOf(app.reconciledAtMs),
    },
  }
}

/** The newest first: their times have whole seconds, in which a deploy of the sandbox begins and ends. */
export function describeEvents({ name, events }: App): object {
  const items = events.toReversed().map(({ reason, message, isWarning, atMs }) => ({
    ...{ type: isWarning ? 'Warning' : 'Normal', reason, message, count: 1, lastTimestamp: timeOf(atMs) },
    involvedObject: { kind: 'Application', namespace: NAMESPACE, name },
  }))
  return { metadata: {}, items }
}

function imageOf(app: Pick<App, 'service'>, version: string): string {
  return `registry.shop.example/${app.service}:${version}`
}

/** What a version renders, each manifest as a text of its own. */
export function describeManifests(app: App, version: string): readonly string[] {
  const metadata = { name: app.service, namespace: app.service }
  const container = { name: app.service, image: imageOf(app, version) }
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec: { containers: [container] } } } },
  ].map((manifest) => JSON.stringify(manifest))
}

function describeState(state: OperationState): object {
  return {
    operation: describeOperation(state.operation),
    phase: state.phase,
    message: state.message,
    startedAt: timeOf(state.startedAtMs),
    ...(state.finishedAtMs === null ? {} : { finishedAt: timeOf(state.finishedAtMs) }),
    syncResult: { revision: state.operation.revision },
  }
}

function initiator(username: string | null): object {
  return username === null ? { automated: true } : { username }
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function describeOperation(operation: Operation): object {
  return {
    sync: { revision: operation.revision, ...(operation.isPartial ? { resources: [{}] } : {}) },
    initiatedBy: initiator(operation.username),
    ...(operation.infos.length === 0 ? {} : { info: operation.infos }),
  }
}
