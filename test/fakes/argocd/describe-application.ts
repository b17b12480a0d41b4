export interface FakeOperation {
  readonly kind: 'rollback' | 'sync'
  readonly revision: string
  readonly username: string
  readonly infos: readonly { readonly name: string; readonly value: string }[]
  /** Of a few resources only: does not enter the history. */
  readonly partial: boolean
}

export interface FakeApp {
  readonly name: string
  readonly namespace: string
  readonly project: string
  readonly targetRevision: string
  /** What Git's target revision resolves to; null: what was deployed last. */
  head: string | null
  automated: { readonly enabled: boolean | undefined; readonly prune: boolean; readonly selfHeal: boolean } | null
  readonly history: {
    readonly id: number
    readonly revision: string
    readonly startedAt: string
    readonly deployedAt: string
    readonly username: string
  }[]
  operation: FakeOperation | null
  operationState:
    | (FakeOperation & {
        readonly phase: string
        readonly message: string
        readonly startedAt: string
        readonly finishedAt?: string
      })
    | null
  health: string
  sync: string
  reconciledAt: string
}

/** The Application as Argo CD's API gives it: what is empty is left out, as Go does. */
export function describeApplication(app: FakeApp): object {
  const source = { repoURL: 'https://git.example.com/deploy.git', path: app.name, targetRevision: app.targetRevision }
  return {
    metadata: { name: app.name, namespace: app.namespace },
    spec: {
      project: app.project,
      source,
      destination: { server: 'https://kubernetes.default.svc', namespace: app.name },
      ...(app.automated === null ? {} : { syncPolicy: { automated: describeAutomated(app.automated) } }),
    },
    ...(app.operation === null ? {} : { operation: describeOperation(app.operation) }),
    status: {
      sync: { status: app.sync, revision: app.head ?? app.history.at(-1)?.revision ?? '' },
      health: { status: app.health },
      history: app.history.map((entry) => ({
        id: entry.id,
        revision: entry.revision,
        deployStartedAt: entry.startedAt,
        deployedAt: entry.deployedAt,
        initiatedBy: { username: entry.username },
        source,
      })),
      ...(app.operationState === null ? {} : { operationState: describeOperationState(app.operationState) }),
      reconciledAt: app.reconciledAt,
    },
  }
}

function describeAutomated(automated: NonNullable<FakeApp['automated']>): object {
  return {
    ...(automated.enabled === undefined ? {} : { enabled: automated.enabled }),
    prune: automated.prune,
    selfHeal: automated.selfHeal,
  }
}

function describeOperation(operation: FakeOperation): object {
  return {
    sync: { revision: operation.revision },
    initiatedBy: { username: operation.username },
    ...(operation.infos.length === 0 ? {} : { info: operation.infos }),
  }
}

function describeOperationState(state: NonNullable<FakeApp['operationState']>): object {
  return {
    operation: describeOperation(state),
    phase: state.phase,
    message: state.message,
    startedAt: state.startedAt,
    ...(state.finishedAt === undefined ? {} : { finishedAt: state.finishedAt }),
    syncResult: { revision: state.revision },
  }
}
