export interface AlertOptions {
  readonly name?: string
  readonly service?: string | null
  readonly environment?: string | null
  readonly severity?: string
  readonly status?: 'firing' | 'resolved'
  readonly startsAt?: string
  readonly endsAt?: string
  readonly labels?: Readonly<Record<string, unknown>>
  readonly annotations?: Readonly<Record<string, unknown>>
}

const STARTED = '2026-11-21T08:00:00.828Z'

/** One alert as Alertmanager writes it. */
export function alertOf(options: AlertOptions = {}): object {
  const labels: Record<string, unknown> = {
    alertname: options.name ?? 'HighErrorRate',
    severity: options.severity ?? 'critical',
    ...(options.service === null ? {} : { service: options.service ?? 'checkout' }),
    ...(options.environment === null ? {} : { environment: options.environment ?? 'production' }),
    ...options.labels,
  }
  return {
    status: options.status ?? 'firing',
    labels,
    annotations: { summary: '5xx at 8.4 % of requests', ...options.annotations },
    startsAt: options.startsAt ?? STARTED,
    endsAt: options.endsAt ?? (options.status === 'resolved' ? '2026-11-21T08:10:00Z' : '0001-01-01T00:00:00Z'),
    generatorURL: 'http://prometheus.example.com:9090/graph?g0.expr=up',
    fingerprint: '1a30ba71cca2921f',
  }
}

/** Alertmanager's webhook, version 4, as its documentation shows it. */
export function alertmanagerBody(...alerts: readonly object[]): object {
  return {
    version: '4',
    groupKey: '{}/{severity="critical"}:{alertname="HighErrorRate"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'countersign',
    groupLabels: { alertname: 'HighErrorRate' },
    commonLabels: { alertname: 'HighErrorRate', severity: 'critical' },
    commonAnnotations: { summary: '5xx at 8.4 % of requests' },
    externalURL: 'http://alertmanager.example.com:9093',
    alerts,
  }
}

/** Fires, with options for one alert. */
export function fires(options: AlertOptions = {}): object {
  return alertmanagerBody(alertOf(options))
}

export function resolves(options: AlertOptions = {}): object {
  return alertmanagerBody(alertOf({ ...options, status: 'resolved' }))
}

/** CONNECTORS C.4: the template that we ship, as Argo CD fills it. */
export function argocdBody(rest: Readonly<Record<string, unknown>> = {}): object {
  return {
    app: 'checkout-prod',
    namespace: 'argocd',
    project: 'shop',
    phase: 'Succeeded',
    revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    startedAt: '2026-11-21T07:50:00Z',
    finishedAt: '2026-11-21T07:51:10Z',
    initiatedBy: 'jenkins',
    health: 'Healthy',
    sync: 'Synced',
    ...rest,
  }
}

export function changeBody(rest: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'build-42',
    source: 'jenkins',
    kind: 'deploy',
    service: 'checkout',
    environment: 'production',
    at: '2026-11-21T07:50:20Z',
    finishedAt: '2026-11-21T07:51:00Z',
    revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    previous: { id: '41', revision: '1b22e0f4aa5b9c1f0000000000000000000000aa' },
    actor: 'ana',
    url: 'https://ci.example.com/42',
    summary: 'Checkout 2.14',
    ...rest,
  }
}

/** GitHub's own example, abridged as its documentation shows it. */
export function deploymentStatusBody(rest: Readonly<Record<string, unknown>> = {}, state = 'success'): object {
  return {
    action: 'created',
    deployment_status: {
      id: 209916254,
      state,
      environment: 'production',
      target_url: '',
      created_at: '2026-11-21T07:51:30Z',
      creator: { login: 'Codertocat' },
    },
    deployment: {
      id: 145988746,
      sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
      ref: 'master',
      task: 'deploy',
      environment: 'production',
      created_at: '2026-11-21T07:50:10Z',
      creator: { login: 'Codertocat' },
      payload: {},
      ...rest,
    },
    repository: { id: 186853002, full_name: 'shop/checkout', default_branch: 'master' },
  }
}

export function pushBody(rest: Readonly<Record<string, unknown>> = {}): object {
  const commit = {
    id: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    message: 'Retry payments twice\n\nLonger text.',
    timestamp: '2026-11-20T17:00:00+01:00',
    author: { name: 'Ana Ruiz', email: 'ana@bank.example' },
    added: [],
    removed: [],
    modified: ['README.md'],
  }
  return {
    ref: 'refs/heads/master',
    before: '1b22e0f4aa5b9c1f0000000000000000000000aa',
    after: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    created: false,
    deleted: false,
    forced: false,
    compare: 'https://github.com/shop/checkout/compare/1b22e0f4aa5b...f95f852bd8fc',
    commits: [commit],
    head_commit: commit,
    pusher: { name: 'ana', email: 'ana@bank.example' },
    repository: { id: 186853002, full_name: 'shop/checkout', default_branch: 'master', pushed_at: 1795247340 },
    ...rest,
  }
}
