import { byPerson, moveIncident, requireIncident, tellOfIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'

/** Somebody has seen it and works on it. */
export async function acknowledgeIncident(deps: Deps, intent: IncidentIntent): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'ack')
  return deps.unitOfWork.run(async (stores) => {
    const moved = await moveIncident(stores, incident, 'acknowledged')
    const text = `${intent.person.name} acknowledges it.`
    await tellOfIncident(deps, stores, moved, byPerson(intent, 'incident.acknowledged', text))
    return moved
  })
}
