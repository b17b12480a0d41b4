import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Person } from '../../domain/person.ts'

const MOST_INVITED = 50

/**
 * Whom the room is for: the commander and other roles, who asked for the proposal, who is on call, and the owning group.
 * An invitation decides nothing, so those on call are found by the name under which the directory knows them.
 */
export function roomPeople(
  deps: Pick<Deps, 'directory'>,
  incident: Pick<Incident, 'assignments'>,
  view: Pick<IncidentView, 'owner' | 'onCall' | 'proposal'>,
): readonly Person[] {
  const assigned = new Set([...Object.values(incident.assignments), view.proposal?.requester])
  const onCall = new Set(view.onCall)
  const people = deps.directory.list()
  const named = people.filter((person) => assigned.has(person.id) || onCall.has(person.name))
  const owners = people.filter((person) => view.owner !== null && person.groups.includes(view.owner))
  return [...new Set([...named, ...owners])].slice(0, MOST_INVITED)
}
