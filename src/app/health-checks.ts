import { checkGitHub } from '../connectors/github/check-github.ts'
import { checkLoki } from '../connectors/loki/check-loki.ts'
import { checkModel } from '../connectors/openai/check-model.ts'
import { checkPrometheus } from '../connectors/prometheus/check-prometheus.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Config } from '../config/config.ts'
import type { ConnectorHealth } from '../connectors/shared/connector-health.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { Vendors } from './build-vendors.ts'

export interface HealthCheck {
  readonly name: string
  check(signal: AbortSignal): Promise<ConnectorHealth>
}

/** One look at each system that is configured, with what the catalog names there. */
export function healthChecks(config: Config, vendors: Vendors, model: LanguageModel | null): readonly HealthCheck[] {
  const services = [...config.catalog.services.values()]
  const named = (values: readonly (string | null | undefined)[]): string[] => [
    ...new Set(values.filter((value) => value !== null && value !== undefined)),
  ]
  const apps = named(services.map((service) => service.argocd?.app))
  const functions = named(services.map((service) => service.lambda))
  const pagerdutyServices = named(services.map((service) => service.pagerdutyServiceId))
  const repositories = named(services.map((service) => service.repository))
  const query = config.settings.evidence.logs?.query ?? null
  const { argocd, lambda, pagerduty, metrics, commits, logs } = vendors
  return [
    ...checkOf('Argo CD', argocd, (system, signal) => system.checkHealth(apps, signal)),
    ...checkOf('Lambda', lambda, (system, signal) => system.checkHealth(functions, signal)),
    ...checkOf('PagerDuty', pagerduty, (system, signal) => system.checkHealth(pagerdutyServices, signal)),
    ...checkOf('Prometheus', metrics, checkPrometheus),
    ...checkOf('GitHub commits', commits, (system, signal) => checkGitHub(system, repositories, signal)),
    ...checkOf('Loki', logs, (system, signal) => checkLoki(system, query, systemClock.now(), signal)),
    ...checkOf('Language model', model, checkModel),
  ]
}

function checkOf<System>(
  name: string,
  system: System | null | undefined,
  check: (system: System, signal: AbortSignal) => Promise<ConnectorHealth>,
): readonly HealthCheck[] {
  return system === null || system === undefined ? [] : [{ name, check: (signal) => check(system, signal) }]
}
