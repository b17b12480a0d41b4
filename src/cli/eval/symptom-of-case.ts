import { serviceFailures } from '../../changes/service-failures.ts'
import type { Alert } from '../../domain/alert.ts'
import type { ChangeCase } from './change-case.ts'
import type { Symptom } from '../../changes/feature.ts'

/** As an alert rule on the error rate of each service would: two in a hundred, as in the example rules of the README. */
const ALERTING_SHARE = 0.02

/**
 * The data say when something was detected, but not by which alert. So the alerts are those that rules on the services'
 * error rates give; where none of them gives one, it is the symptom of whom users meet: the services that none calls.
 */
export function symptomOfCase(one: ChangeCase): Symptom {
  const failing = [...serviceFailures(one.readings, one.detectedAt)]
    .filter(([, share]) => share >= ALERTING_SHARE)
    .map(([service]) => service)
  const services = [...one.catalog.services.values()]
  const outermost = services.filter(({ name }) => !services.some((other) => other.dependsOn.includes(name)))
  const alerting = failing.length > 0 ? failing : outermost.map((service) => service.name)
  return {
    service: alerting[0] ?? null,
    environment: null,
    onsetAt: one.detectedAt,
    openedAt: one.detectedAt,
    alerts: alerting.map((service) => alertOf(service, one)),
  }
}

function alertOf(service: string, { id, detectedAt }: ChangeCase): Alert {
  return {
    ...{ id: `${id} ${service}`, incidentId: id, fingerprint: `${id} ${service}`, source: 'eval', status: 'firing' },
    ...{ name: 'HighErrorRate', service, environment: null, severity: 'SEV2', labels: {}, annotations: {} },
    ...{ startsAt: detectedAt, endsAt: null, generatorUrl: null, repeats: 0, lastSeenAt: detectedAt },
  }
}
