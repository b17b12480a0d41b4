import { alertName, describeSymptom } from '../../triage/describe-symptom.ts'
import type { Alert, IncomingAlert } from '../../domain/alert.ts'
import { assessSeverity } from '../../triage/assess-severity.ts'
import type { Deps } from '../dependencies.ts'
import { findService } from '../../domain/service-catalog.ts'
import { fingerprintAlert } from '../../triage/fingerprint.ts'
import { mapLabels } from '../../triage/map-labels.ts'

/** An alert with everything that can be said of it without looking at what is stored. */
export type PreparedAlert = Omit<Alert, 'id' | 'incidentId' | 'repeats' | 'lastSeenAt'> & {
  readonly symptom: string
  readonly severityReason: string
}

export function prepareAlert(
  deps: { readonly settings: Pick<Deps['settings'], 'mapping'>; readonly catalog: Deps['catalog'] },
  incoming: IncomingAlert,
): PreparedAlert {
  const { service, environment } = mapLabels(incoming.labels, deps.settings.mapping)
  const criticality = findService(deps.catalog, service)?.criticality ?? null
  const { severity, reason } = assessSeverity(incoming.labels, criticality)
  return {
    fingerprint: fingerprintAlert(incoming.source, incoming.labels),
    source: incoming.source,
    status: incoming.status,
    name: alertName(incoming.labels),
    service,
    environment,
    severity,
    labels: incoming.labels,
    annotations: incoming.annotations,
    startsAt: incoming.startsAt,
    endsAt: incoming.status === 'resolved' ? incoming.endsAt : null,
    generatorUrl: incoming.generatorUrl,
    symptom: describeSymptom(incoming.labels, incoming.annotations),
    severityReason: reason.text,
  }
}
