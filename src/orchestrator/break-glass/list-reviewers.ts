import { incidentResource, personPrincipal } from '../authorization-subjects.ts'
import type { AuthorizationResource } from '../../domain/authorization.ts'
import type { Deps } from '../dependencies.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Person } from '../../domain/person.ts'

/** One use of break-glass as the policy sees it: its requester is whoever broke the glass. */
export function glassResource(
  { catalog }: Deps,
  incident: Incident,
  { proposalId, personId }: GlassBreak,
): AuthorizationResource {
  return { ...incidentResource(catalog, incident), type: 'Proposal', id: proposalId, requester: personId }
}

/** Everybody of the directory who may review it, never the one who broke it. */
export function listReviewers(deps: Deps, incident: Incident, glass: GlassBreak): readonly Person[] {
  const resource = glassResource(deps, incident, glass)
  const context = { surface: 'clock', mode: deps.settings.mode }
  return deps.directory
    .list()
    .filter(
      (person) =>
        person.id !== glass.personId &&
        deps.authorize({ principal: personPrincipal(person), action: 'breakglass.review', resource, context })
          .verdict === 'allow',
    )
}
