import { personPrincipal } from './authorization-subjects.ts'
import type { AuthorizationRequest } from '../domain/authorization.ts'
import type { Deps } from './dependencies.ts'
import type { Person } from '../domain/person.ts'

const MOST_ASKED = 200
const NAMED = 3

/** `Ana, Bo and others`: who of the directory may do it, for whoever is told that they may not; empty when nobody. */
export function whoMay(
  deps: Deps,
  request: Omit<AuthorizationRequest, 'principal'>,
  /** What the policy is told besides about each of them. */
  factsOf: (person: Person) => AuthorizationRequest['context'] = () => ({}),
): string {
  const names: string[] = []
  for (const person of deps.directory.list().slice(0, MOST_ASKED)) {
    const context = { ...request.context, ...factsOf(person) }
    const { verdict } = deps.authorize({ ...request, context, principal: personPrincipal(person) })
    if (verdict === 'allow') names.push(person.name)
    if (names.length > NAMED) break
  }
  if (names.length > NAMED) return `${names.slice(0, NAMED).join(', ')} and others`
  const last = names.pop()
  return names.length === 0 ? (last ?? '') : `${names.join(', ')} or ${last ?? ''}`
}
