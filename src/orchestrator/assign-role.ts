import { byPerson, requireIncident, tellOfIncident } from './incident-moves.ts'
import { NotFoundError, RefusedError } from '../kernel/errors.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'
import type { Person } from '../domain/person.ts'

export interface AssignRoleInput extends IncidentIntent {
  /** `commander`, `responder`, or what the team calls it: `scribe`, `communications`. */
  readonly role: string
  readonly assignee: Person
}

const ROLE_NAME = /^[a-z][a-z0-9-]{1,29}$/

/** Who does what in this incident; it gives nobody a right that people.yaml does not give. */
export async function assignRole(deps: Deps, input: AssignRoleInput): Promise<Incident> {
  const incident = await requireIncident(deps, input, 'assign')
  const role = input.role.trim().toLowerCase()
  if (!ROLE_NAME.test(role)) {
    throw new RefusedError('bad_role', 'A role is one short word, such as commander. Say: assign commander @who.')
  }
  return deps.unitOfWork.run(async (stores) => {
    const patched = await stores.incidents.patch(incident.id, { assignments: { [role]: input.assignee.id } })
    if (patched === undefined) throw new NotFoundError('incident', incident.id)
    const who = input.assignee.id === input.person.id ? 'takes' : `makes ${input.assignee.name}`
    const text = `${input.person.name} ${who} ${role}.`
    const details = { role, assignee: input.assignee.id }
    await tellOfIncident(deps, stores, patched, byPerson(input, 'role.assigned', text, details))
    return patched
  })
}
