import { dependenciesOf, dependentsOf } from '../../domain/service-catalog.ts'
import type { Alert } from '../../domain/alert.ts'
import type { Incident } from '../../domain/incident.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

const MOST_SERVICES = 40
const MOST_ASKED = 8

export interface Focus {
  /** Services that show a symptom. */
  readonly failing: readonly string[]
  /** Those whose changes are weighed: what fails, what it depends on, and who depends on it. */
  readonly around: readonly string[]
  /** Those whose connectors are asked: what fails first, then what it depends on, nearest first. */
  readonly asked: readonly string[]
}

export function focusOf(catalog: ServiceCatalog, incident: Incident, alerts: readonly Alert[]): Focus {
  const named = [incident.service, ...alerts.map((alert) => alert.service)].filter((name) => name !== null)
  const failing = [...new Set(named)]
  const below = failing.flatMap((name) => dependenciesOf(catalog, name))
  const above = failing.flatMap((name) => dependentsOf(catalog, name))
  return {
    failing,
    around: [...new Set([...failing, ...below, ...above])].slice(0, MOST_SERVICES),
    asked: [...new Set([...failing, ...below])].slice(0, MOST_ASKED),
  }
}
