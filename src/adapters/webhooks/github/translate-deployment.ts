import { servicesOfRepository, servicesOfWords } from './find-services.ts'
import type { Deployment, DeploymentEvent, DeploymentStatusEvent } from './schema.ts'
import type { IncomingChange } from '../../../domain/change-event.ts'
import type { ServiceCatalog } from '../../../domain/service-catalog.ts'

/** `inactive` tells of an older deployment that a newer one replaced: no change of its own. */
const OUTCOMES: ReadonlyMap<string, 'running' | 'succeeded' | 'failed'> = new Map([
  ['success', 'succeeded'],
  ['failure', 'failed'],
  ['error', 'failed'],
  ['pending', 'running'],
  ['queued', 'running'],
  ['in_progress', 'running'],
  ['waiting', 'running'],
])

/** undefined when several services share the repository and nothing says which one is meant. */
export function deploymentToChanges(
  event: DeploymentEvent | DeploymentStatusEvent,
  catalog: ServiceCatalog,
): readonly IncomingChange[] | undefined {
  const status = 'deployment_status' in event ? event.deployment_status : undefined
  const outcome = OUTCOMES.get(status?.state ?? 'pending')
  if (outcome === undefined) return []
  const { deployment } = event
  const services = deployedServices(deployment, catalog, event.repository.full_name)
  if (services.length === 0) return undefined
  const common = { ...describe(deployment, status), outcome, finishedAt: endOf(outcome, status) }
  return services.map((service) => ({ ...common, service, sourceId: `deployment ${deployment.id} ${service}` }))
}

type Status = DeploymentStatusEvent['deployment_status'] | undefined

function describe(deployment: Deployment, status: Status) {
  return {
    source: 'github',
    kind: 'deploy' as const,
    environment: textOrNull(deployment.environment),
    at: deployment.created_at,
    revision: deployment.sha,
    previous: null,
    actor: deployment.creator?.login ?? null,
    url: textOrNull(status?.log_url) ?? textOrNull(status?.target_url),
    summary: textOrNull(deployment.description),
  }
}

function endOf(outcome: IncomingChange['outcome'], status: Status): Date | null {
  return outcome === 'running' ? null : (status?.created_at ?? null)
}

function textOrNull(text: string | null | undefined): string | null {
  return text?.trim() || null
}

function deployedServices(deployment: Deployment, catalog: ServiceCatalog, fullName: string): readonly string[] {
  const services = servicesOfRepository(catalog, fullName)
  if (services.length === 1) return services
  const told = serviceInPayload(deployment.payload)
  if (told !== undefined) return services.filter((service) => service.toLowerCase() === told.toLowerCase())
  return servicesOfWords(services, [deployment.environment, deployment.task, deployment.description, deployment.ref])
}

/** The payload is whatever the pipeline sent; a member `service` or `app` is taken as a name. */
function serviceInPayload(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  const { service, app } = payload as { readonly service?: unknown; readonly app?: unknown }
  const name = service ?? app
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined
}
