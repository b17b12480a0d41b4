import type { AuthorizationResource, Principal } from '../domain/authorization.ts'
import type { Incident } from '../domain/incident.ts'
import type { Person } from '../domain/person.ts'
import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** A person as the policy sees them; roles and groups are those of this moment. */
export function personPrincipal(person: Person): Principal {
  return { type: 'Person', id: person.id, roles: person.roles, groups: person.groups }
}

/** A webhook source, the clock, or the bot itself: a principal without roles. */
export function servicePrincipal(id: string): Principal {
  return { type: 'Service', id, roles: [], groups: [] }
}

/** A verified account that the directory does not know. */
export function strangerPrincipal(id: string): Principal {
  return { type: 'Stranger', id, roles: [], groups: [] }
}

export function incidentResource(
  catalog: ServiceCatalog,
  incident: Pick<Incident, 'id' | 'service' | 'environment'>,
): AuthorizationResource {
  const service = findService(catalog, incident.service)
  return {
    type: 'Incident',
    id: incident.id,
    service: incident.service,
    owner: service?.owner ?? null,
    environment: incident.environment,
    criticality: service?.criticality ?? null,
    tier: null,
    requester: null,
  }
}

/** What is not about one incident: ingesting, declaring, listing. */
export const INSTALLATION: AuthorizationResource = {
  type: 'Installation',
  id: 'countersign',
  service: null,
  owner: null,
  environment: null,
  criticality: null,
  tier: null,
  requester: null,
}
