import { findService } from '../domain/service-catalog.ts'
import { humanActor } from '../domain/actor.ts'
import { INSTALLATION, personPrincipal } from './authorization-subjects.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { RefusedError } from '../kernel/errors.ts'
import { requireAuthorized } from './require-authorized.ts'
import { tellOfIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { Origin } from '../domain/surface.ts'
import type { Person } from '../domain/person.ts'
import type { Severity } from '../domain/severity.ts'

export interface DeclareIncidentInput {
  readonly title: string
  readonly service: string | null
  /** null counts as production. */
  readonly environment: string | null
  /** null leaves it to the default, which alerts may still raise. */
  readonly severity: Severity | null
  readonly person: Person
  readonly origin: Origin
}

const MAX_TITLE = 200
const DEFAULT_SEVERITY: Severity = 'SEV3'

/** A person opens it by hand; alerts of its service join it. */
export async function declareIncident(deps: Deps, input: DeclareIncidentInput): Promise<Incident> {
  const service = input.service === null ? null : oneLineText(input.service, MAX_TITLE) || null
  const known = findService(deps.catalog, service)
  await requireAuthorized(deps, {
    principal: personPrincipal(input.person),
    action: 'declare',
    resource: { ...INSTALLATION, service, owner: known?.owner ?? null, criticality: known?.criticality ?? null },
    origin: input.origin,
    name: input.person.name,
  })
  const title = oneLineText(input.title, MAX_TITLE)
  if (title === '') {
    throw new RefusedError('no_title', 'The incident needs a title. Say: declare SEV2 Checkout is slow on checkout.')
  }
  const declared = await deps.unitOfWork.run(async (stores) => {
    const opened = await stores.incidents.open({
      title,
      service,
      environment: input.environment,
      severity: input.severity ?? DEFAULT_SEVERITY,
      origin: 'declared',
      onsetAt: deps.clock.now(),
    })
    const incident =
      input.severity === null
        ? opened
        : ((await stores.incidents.patch(opened.id, { severity: input.severity, severityPinned: true })) ?? opened)
    const unknown = service !== null && known === undefined ? ` ${service} is not in the catalog.` : ''
    await tellOfIncident(deps, stores, incident, {
      actor: humanActor(input.person),
      origin: input.origin,
      event: 'incident.declared',
      text: `${input.person.name} declares ${incident.severity}: ${title}.${unknown}`,
      details: { title, severity: incident.severity },
    })
    await stores.jobs.enqueue('incident.refresh', { incidentId: incident.id }, { singletonKey: incident.id })
    return incident
  })
  deps.telemetry.count('incidents_opened', { origin: 'declared' })
  return declared
}
