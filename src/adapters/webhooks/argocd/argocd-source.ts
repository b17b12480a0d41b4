import { ArgocdNotification } from './schema.ts'
import { bearerAuthentication } from '../../http/bearer.ts'
import { readJson } from '../read-json.ts'
import type { IncomingChange } from '../../../domain/change-event.ts'
import type { ServiceCatalog } from '../../../domain/service-catalog.ts'
import type { WebhookSource } from '../webhook-source.ts'

/** Argo CD Notifications cannot sign and are best effort: the history is asked as well when an incident opens. */
export function argocdSource(tokens: readonly string[], catalog: ServiceCatalog): WebhookSource {
  return {
    name: 'argocd',
    path: '/webhooks/argocd',
    authentication: bearerAuthentication(tokens, null),
    read: (request) => ({
      kind: 'changes',
      changes: toChanges(readJson(request.body, ArgocdNotification), catalog),
      rejected: [],
    }),
  }
}

const OUTCOMES: Readonly<Record<ArgocdNotification['phase'], IncomingChange['outcome']>> = {
  Running: 'running',
  Terminating: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
}

/** One operation is one report, whatever phase it is told in: its start names it. */
function toChanges(given: ArgocdNotification, catalog: ServiceCatalog): readonly IncomingChange[] {
  const at = given.startedAt ?? given.finishedAt
  if (at === null) return []
  const services = servicesOfApp(given, catalog)
  return services.map((service) => ({
    source: 'argocd',
    sourceId: [given.namespace, given.app, given.revision, at.toISOString(), services.length > 1 ? service : null]
      .filter((part) => part !== null)
      .join(' '),
    kind: 'deploy',
    service,
    environment: null,
    at,
    finishedAt: given.finishedAt,
    revision: given.revision,
    previous: null,
    actor: given.initiatedBy,
    url: null,
    summary: summaryOf(given),
    outcome: OUTCOMES[given.phase],
  }))
}

/** By the annotation `argocd/app-name`; an app that the catalog does not know is taken for a service of its name. */
function servicesOfApp(given: ArgocdNotification, catalog: ServiceCatalog): readonly string[] {
  const found = [...catalog.services.values()].filter(
    ({ argocd }) =>
      argocd?.app === given.app &&
      (argocd.project === null || given.project === null || argocd.project === given.project),
  )
  return found.length === 0 ? [given.app] : found.map((service) => service.name)
}

function summaryOf(given: ArgocdNotification): string {
  const to = given.revision === null ? '' : ` to ${given.revision.slice(0, 12)}`
  const health = given.health === null ? '' : `, health ${given.health}`
  return `Argo CD sync of ${given.app}${to}: ${given.phase}${health}`
}
