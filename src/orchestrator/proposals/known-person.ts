import type { Person } from '../../domain/person.ts'
import { RefusedError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'

/** Asked anew for every decision: roles and groups are those of this moment. */
export function getPerson(deps: Deps, personId: string): Person {
  const person = deps.directory.findById(personId)
  if (person !== undefined) return person
  throw new RefusedError(
    'unknown_person',
    'This account belongs to nobody in the directory, so it decides nothing. Ask for an entry in people.yaml.',
  )
}
