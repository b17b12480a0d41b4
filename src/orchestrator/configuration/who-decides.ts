import { INSTALLATION, personPrincipal } from '../authorization-subjects.ts'
import type { AuthorizationRequest, AuthorizationResource } from '../../domain/authorization.ts'
import type { ConfigurationDecision } from '../../domain/configuration.ts'
import type { Deps } from '../dependencies.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Person } from '../../domain/person.ts'

/** A change of what decides takes two (TRUST T25), whatever the policies say. */
export const PEOPLE_NEEDED = 2

type Knows = Pick<Deps, 'authorize' | 'directory' | 'settings'>

function configurationResource(changeId: string): AuthorizationResource {
  return { ...INSTALLATION, type: 'Configuration', id: changeId }
}

export function questionOf(deps: Knows, changeId: string, origin: Origin): Omit<AuthorizationRequest, 'principal'> {
  return {
    action: 'configuration.decide',
    resource: configurationResource(changeId),
    context: { surface: origin, mode: deps.settings.mode, isFrozen: false },
  }
}

export function mayDecide(deps: Knows, person: Person, changeId: string, origin: Origin): boolean {
  const question = questionOf(deps, changeId, origin)
  return deps.authorize({ ...question, principal: personPrincipal(person) }).verdict === 'allow'
}

/** One a person; of exactly this version; of people who may decide now, by the policies in force and the directory. */
export function countedApprovals(
  deps: Knows,
  change: { readonly id: string; readonly digest: string },
  decisions: readonly ConfigurationDecision[],
): readonly ConfigurationDecision[] {
  const byPerson = new Map<string, ConfigurationDecision>()
  for (const decision of decisions) {
    const person = deps.directory.findById(decision.personId)
    const counts =
      decision.decision === 'approve' &&
      decision.digest === change.digest &&
      person !== undefined &&
      mayDecide(deps, person, change.id, decision.surface)
    if (counts && !byPerson.has(decision.personId)) byPerson.set(decision.personId, decision)
  }
  return [...byPerson.values()]
}
