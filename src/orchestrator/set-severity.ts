import { byPerson, requireIncident, tellOfIncident } from './incident-moves.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'
import type { Severity } from '../domain/severity.ts'

/** What a person judges stands: alerts no longer change it. */
export async function setSeverity(
  deps: Deps,
  intent: IncidentIntent & { readonly severity: Severity },
): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'severity')
  return deps.unitOfWork.run(async (stores) => {
    const patched = await stores.incidents.patch(incident.id, { severity: intent.severity, severityPinned: true })
    if (patched === undefined) throw new NotFoundError('incident', incident.id)
    const text = `${intent.person.name} sets the severity from ${incident.severity} to ${intent.severity}.`
    const details = { from: incident.severity, to: intent.severity }
    await tellOfIncident(deps, stores, patched, byPerson(intent, 'severity.changed', text, details))
    return patched
  })
}
