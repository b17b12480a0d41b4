import { byPerson, moveIncident, requireIncident, tellOfIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'

/** Back to the start; the cause is looked for again. */
export async function reopenIncident(deps: Deps, intent: IncidentIntent): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'reopen')
  return deps.unitOfWork.run(async (stores) => {
    const moved = await moveIncident(stores, incident, 'open')
    const text = `${intent.person.name} reopens it.`
    await tellOfIncident(deps, stores, moved, byPerson(intent, 'incident.reopened', text))
    await stores.jobs.enqueue('incident.refresh', { incidentId: moved.id }, { singletonKey: moved.id })
    return moved
  })
}
