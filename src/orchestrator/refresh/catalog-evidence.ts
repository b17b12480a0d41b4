import { describeImpact } from '../../summaries/describe-impact.ts'
import { findService } from '../../domain/service-catalog.ts'
import { factText } from './evidence-text.ts'
import type { Incident } from '../../domain/incident.ts'
import type { NewEvidence } from '../../domain/evidence.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

/** What the catalog knows of the service: what sentences about the impact rest on. */
export function catalogEvidence(catalog: ServiceCatalog, incident: Incident, at: Date): readonly NewEvidence[] {
  const service = findService(catalog, incident.service)
  if (service === undefined) return []
  const owner = service.owner === null ? [] : [`owner ${service.owner}`]
  return [
    {
      incidentId: incident.id,
      key: 'catalog',
      kind: 'note',
      source: 'catalog',
      at,
      fact: factText([...describeImpact(catalog, service.name), ...owner].join('; ')),
      url: null,
      data: { service: service.name, criticality: service.criticality, owner: service.owner },
    },
  ]
}
