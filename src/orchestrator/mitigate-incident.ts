import { byPerson, moveIncident, requireIncident, tellOfIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'

/** A person says that users no longer notice it; the clock says so too after ten quiet minutes (watch-quiet.ts). */
export async function mitigateIncident(deps: Deps, intent: IncidentIntent): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'mitigated')
  return deps.unitOfWork.run(async (stores) => {
    const moved = await moveIncident(stores, incident, 'mitigated')
    const text = `${intent.person.name} says it is mitigated.`
    await tellOfIncident(deps, stores, moved, byPerson(intent, 'incident.mitigated', text))
    return moved
  })
}
