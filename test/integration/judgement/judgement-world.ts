import { createFirstCards } from '../../../src/orchestrator/outbox/first-cards.ts'
import { catalogOf } from '../../unit/changes/make-incident.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { prometheusMetrics } from '../../../src/connectors/prometheus/prometheus-metrics.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { startFakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { ChangeSource } from '../../../src/ports/change-source.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { DeployStateReader } from '../../../src/ports/deploy-state.ts'
import type { FakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { IncomingChange } from '../../../src/domain/change-event.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { NewAlert } from '../../../src/ports/alert-store.ts'
import type { ServiceCatalog } from '../../../src/domain/service-catalog.ts'

export const ONSET = new Date('2026-11-20T14:02:00.000Z')
const EXPRESSION = 'sum(rate(http_requests_errors_total{service="checkout"}[1m]))'

export interface JudgementWorld {
  readonly deps: Deps
  readonly prometheus: FakePrometheus
  /** A superuser's. */
  readonly ownerUrl: string
  readonly clock: FixedClock
  readonly hints: { readonly name: string; readonly data: JsonObject; readonly key: string | undefined }[]
  readonly history: IncomingChange[]
  readonly source: { fault: 'none' | 'down' | 'hang'; asked: number }
  /** An incident of checkout with its alerts; the id. */
  openIncident(alerts?: readonly Partial<NewAlert>[]): Promise<string>
  close(): Promise<void>
}

/** Real Postgres, a Prometheus that speaks HTTP, and sources that tell what the test wants. */
export async function openJudgementWorld(): Promise<JudgementWorld> {
  const database = await createTestDatabase()
  const prometheus = await startFakePrometheus()
  const clock = new FixedClock('2026-11-20T14:06:00.000Z')
  prometheus.nowSeconds = clock.now().getTime() / 1000
  prometheus.set(EXPRESSION, (at) => [{ value: at < ONSET.getTime() / 1000 ? 0.002 : 0.084 }])
  const hints: JudgementWorld['hints'] = []
  const history: IncomingChange[] = []
  const source: JudgementWorld['source'] = { fault: 'none', asked: 0 }
  const replica = await openReplica({
    url: database.url,
    actions: NO_ACTIONS,
    queueOf: () => ({
      enqueue: async (name, data, options) => {
        hints.push({ name, data, key: options?.singletonKey })
      },
    }),
    settings: { linkHosts: ['runbooks.example.com'], publicUrl: 'https://countersign.example.com' },
  })
  const deps: Deps = {
    ...replica.deps,
    clock,
    catalog: CATALOG,
    metrics: prometheusMetrics({ baseUrl: prometheus.url }),
    firstCards: createFirstCards(),
    changeSources: [changeSource(history, source)],
    deployState: deployState(source),
  }
  return {
    ...{ deps, prometheus, clock, hints, history, source, ownerUrl: database.ownerUrl },
    openIncident: (alerts = [{}]) => openIncident(deps, alerts),
    close: async () => {
      await replica.close()
      await prometheus.close()
      await database.drop()
    },
  }
}

const CATALOG = withDetails(catalogOf({ frontend: ['checkout'], checkout: ['payments'], payments: [] }))

function withDetails(catalog: ServiceCatalog): ServiceCatalog {
  const services = [...catalog.services].map(([name, service]) => {
    const argocd = { app: name, project: null }
    return [name, { ...service, owner: 'team-shop', criticality: 1 as const, argocd }] as const
  })
  return { services: new Map(services) }
}

const NO_ACTIONS: ActionRunner = {
  available: [],
  describe: () => {
    throw new RefusedError('not_configured', 'No action is configured in this test.')
  },
  readState: () => Promise.resolve(null),
  perform: () => Promise.reject(new Error('nothing is performed here')),
  poll: () => Promise.reject(new Error('nothing is performed here')),
  reconcile: () => Promise.reject(new Error('nothing is performed here')),
}

async function faulty(source: JudgementWorld['source']): Promise<void> {
  source.asked += 1
  if (source.fault === 'down') throw new Error('connection refused')
  if (source.fault === 'hang') await new Promise(() => undefined)
}

function changeSource(history: readonly IncomingChange[], source: JudgementWorld['source']): ChangeSource {
  return {
    name: 'argocd',
    listChanges: async (service, since) => {
      await faulty(source)
      return history.filter((change) => change.service === service.name && change.at >= since)
    },
  }
}

function deployState(source: JudgementWorld['source']): DeployStateReader {
  return {
    read: async (service) => {
      await faulty(source)
      const entry = { deployStartedAt: null, initiatedBy: 'jenkins' }
      return {
        ...{ app: service.name, health: 'Degraded', sync: 'Synced', revision: '7f3c21ad0e5b9c1f', autoSync: true },
        ...{ operationPhase: null, url: null },
        history: [
          { ...entry, id: '42', revision: '7f3c21ad0e5b9c1f', deployedAt: new Date('2026-11-20T13:57:30Z') },
          { ...entry, id: '41', revision: '1b22e0f4aa5b9c1f', deployedAt: new Date('2026-11-19T10:00:00Z') },
        ],
      }
    },
  }
}

export function deployOf(service: string, minutesBefore: number, rest: Partial<IncomingChange> = {}): IncomingChange {
  const at = new Date(ONSET.getTime() - minutesBefore * 60_000)
  return {
    source: 'argocd',
    sourceId: `${service}/history/${String(minutesBefore)}`,
    kind: 'deploy',
    service,
    environment: null,
    at,
    finishedAt: new Date(at.getTime() + 30_000),
    revision: '7f3c21ad0e5b9c1f',
    previous: { id: '41', revision: '1b22e0f4aa5b9c1f' },
    actor: 'jenkins',
    url: null,
    summary: null,
    outcome: 'succeeded',
    ...rest,
  }
}

async function openIncident(deps: Deps, alerts: readonly Partial<NewAlert>[]): Promise<string> {
  const incident = await deps.stores.incidents.open({
    ...{ title: 'HighErrorRate: 5xx at 8.4 % of requests', service: 'checkout', environment: 'production' },
    ...{ severity: 'SEV2', origin: 'alerts', onsetAt: ONSET },
  })
  await deps.stores.alerts.upsert(alerts.map((alert, index) => toAlert(incident.id, index, alert)))
  return incident.id
}

function toAlert(incidentId: string, index: number, alert: Partial<NewAlert>): NewAlert {
  return {
    incidentId,
    fingerprint: `${incidentId}-${String(index)}`,
    source: 'alertmanager',
    status: 'firing',
    name: 'HighErrorRate',
    service: 'checkout',
    environment: 'production',
    severity: 'SEV2',
    labels: { alertname: 'HighErrorRate', service: 'checkout' },
    annotations: {
      summary: '5xx at 8.4 % of requests',
      runbook_url: 'https://runbooks.example.com/checkout',
      dashboard_url: 'https://evil.example/dashboard',
    },
    startsAt: ONSET,
    endsAt: null,
    generatorUrl: `http://prometheus:9090/graph?g0.expr=${encodeURIComponent(`${EXPRESSION} > 0.05`)}&g0.tab=1`,
    ...alert,
  }
}
