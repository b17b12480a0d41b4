import type { Alert } from '../domain/alert.ts'
import type { ChangeKind } from '../domain/change-event.ts'
import type { Incident } from '../domain/incident.ts'
import type { Service } from '../domain/service-catalog.ts'
import type { JsonObject } from '../kernel/json.ts'

/** The suspected change, with what stood before it as the target's own history has it at this moment. */
export interface ChangeFacts {
  readonly id: string
  readonly kind: ChangeKind
  readonly revision: string | null
  readonly at: Date
  readonly previous: { readonly id: string | null; readonly revision: string | null } | null
}

export interface FactSources {
  readonly incident: Incident
  /** The alert that fits the playbook's matchers; null for incidents without one. */
  readonly alert: Alert | null
  /** The service that is acted on: the suspected change's own, else the incident's. */
  readonly service: Service | null
  readonly change: ChangeFacts | null
}

/** What look-ups read from, before inputs and live state are added. Absent values are null. */
export function buildFacts({ incident, alert, service, change }: FactSources): JsonObject {
  return {
    incident: {
      id: incident.id,
      service: incident.service,
      environment: incident.environment,
      severity: incident.severity,
      startedAt: incident.onsetAt.toISOString(),
    },
    alert: { labels: { ...alert?.labels }, annotations: { ...alert?.annotations } },
    service: service === null ? null : serviceFacts(service),
    change: change === null ? null : changeFacts(change),
  }
}

function serviceFacts(service: Service): JsonObject {
  return {
    name: service.name,
    owner: service.owner,
    criticality: service.criticality,
    argocd: service.argocd === null ? null : { app: service.argocd.app, project: service.argocd.project },
    lambda: service.lambda,
    pagerduty: { serviceId: service.pagerdutyServiceId },
    repository: service.repository,
  }
}

function changeFacts(change: ChangeFacts): JsonObject {
  return {
    id: change.id,
    kind: change.kind,
    revision: change.revision,
    at: change.at.toISOString(),
    previous: change.previous === null ? null : { id: change.previous.id, revision: change.previous.revision },
  }
}
