import { answer } from './replies.ts'
import { declareIncident } from '../declare-incident.ts'
import { findService } from '../../domain/service-catalog.ts'
import { suggest } from '../../kernel/suggest.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Reply } from './conversation.ts'
import type { Severity } from '../../domain/severity.ts'
import type { SurfaceName } from '../../domain/surface.ts'

export interface Declaration {
  readonly severity: Severity | null
  readonly title: string
  readonly service: string | null
}

export interface SpokenBy {
  readonly person: Person
  readonly surface: SurfaceName
  readonly share: boolean
}

/** The verb and the form say the same. */
export async function declareAndTell(deps: Deps, by: SpokenBy, declared: Declaration): Promise<Reply> {
  const incident = await declareIncident(deps, {
    ...declared,
    environment: null,
    person: by.person,
    origin: by.surface,
  })
  const card = await loadIncidentView(deps, incident.id)
  return answer(`${incident.id} is open. Take it with: ack ${incident.id}.${hintOn(deps, declared.service)}`, {
    incidentId: incident.id,
    shared: by.share,
    ...(card === undefined ? {} : { card }),
  })
}

/** A service that nobody knows is declared all the same; but no playbook will fit it. */
function hintOn({ catalog }: Deps, service: string | null): string {
  if (service === null || findService(catalog, service) !== undefined) return ''
  const near = suggest(service, [...catalog.services.keys()])
  const meant = near === undefined ? '' : ` Did you mean ${near}?`
  return ` "${service.slice(0, 80)}" is not in the catalog, so no playbook can act on it.${meant}`
}
