import type { Origin } from '../domain/surface.ts'
import type { Shortlist } from '../playbooks/shortlist-playbooks.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { readProposalGround, shortlistFor } from './proposals/proposal-ground.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface ListPlaybooksInput {
  readonly incidentId: string
  readonly personId: string
  readonly origin: Origin
}

/** Which playbooks fit this incident, the best first, and why the others do not. */
export async function listPlaybooks(deps: Deps, input: ListPlaybooksInput): Promise<Shortlist> {
  const person = getPerson(deps, input.personId)
  const ground = await readProposalGround(deps, input.incidentId)
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'playbooks',
    resource: incidentResource(deps.catalog, ground.incident),
    origin: input.origin,
    name: person.name,
    incidentId: input.incidentId,
  })
  return shortlistFor(deps, ground)
}
