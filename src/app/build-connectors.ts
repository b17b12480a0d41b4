import { createActionRunner } from '../connectors/action-runner.ts'
import { createAddressGuard } from '../connectors/http-check/address-guard.ts'
import { createChatPostAction } from '../connectors/chat/post-action.ts'
import { createHttpCheckAction } from '../connectors/http-check/check-action.ts'
import { createWaitAction } from '../connectors/clock/wait-action.ts'
import { prometheusActions } from '../connectors/prometheus/prometheus-actions.ts'
import { buildVendors } from './build-vendors.ts'
import type { ConnectorNeeds, Vendors } from './build-vendors.ts'
import type { ActionModule } from '../connectors/action-module.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ChangeSource } from '../ports/change-source.ts'
import type { Config } from '../config/config.ts'
import type { ConnectorHealth } from '../connectors/shared/connector-health.ts'
import type { DeployStateReader } from '../ports/deploy-state.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { OnCall } from '../ports/directory.ts'

export interface HealthCheck {
  readonly name: string
  check(signal: AbortSignal): Promise<ConnectorHealth>
}

export interface Connectors {
  readonly actions: ActionRunner
  readonly metrics: Metrics | null
  readonly deployState: DeployStateReader | null
  readonly changeSources: readonly ChangeSource[]
  readonly onCall: OnCall | null
  readonly healthChecks: readonly HealthCheck[]
}

/** Builds what the environment configures; an action of a system that is not configured is refused by name. */
export function buildConnectors(needs: ConnectorNeeds): Connectors {
  const { config } = needs
  const built = buildVendors(needs)
  const { argocd, pagerduty, metrics } = built
  return {
    actions: createActionRunner(listActions(needs, built)),
    metrics,
    deployState: argocd?.deployState ?? null,
    changeSources: argocd === undefined ? [] : [argocd.changes],
    onCall: pagerduty?.onCall ?? null,
    healthChecks: healthChecks(config, built),
  }
}

function listActions({ config, clock, stores }: ConnectorNeeds, built: Vendors): readonly ActionModule[] {
  return [
    ...(built.argocd?.actions ?? []),
    ...(built.lambda?.actions ?? []),
    ...(built.pagerduty?.actions ?? []),
    ...(built.metrics === null ? [] : prometheusActions(built.metrics, clock)),
    createHttpCheckAction(createAddressGuard(config.settings.http.hosts), clock),
    createWaitAction(clock),
    createChatPostAction(async (incidentId, text, key) => {
      await stores.outbox.append([{ kind: 'post', incidentId, text, key, priority: 'status' }])
    }),
  ]
}

function healthChecks(config: Config, built: Vendors): readonly HealthCheck[] {
  const services = [...config.catalog.services.values()]
  const present = <T>(values: readonly (T | null | undefined)[]): T[] =>
    values.filter((value) => value !== null && value !== undefined)
  const apps = present(services.map((service) => service.argocd?.app))
  const functions = present(services.map((service) => service.lambda))
  const pagerdutyServices = present(services.map((service) => service.pagerdutyServiceId))
  const { argocd, lambda, pagerduty, metrics } = built
  return [
    ...(argocd === undefined
      ? []
      : [{ name: 'Argo CD', check: (signal: AbortSignal) => argocd.checkHealth(apps, signal) }]),
    ...(lambda === undefined
      ? []
      : [{ name: 'Lambda', check: (signal: AbortSignal) => lambda.checkHealth(functions, signal) }]),
    ...(pagerduty === undefined
      ? []
      : [{ name: 'PagerDuty', check: (signal: AbortSignal) => pagerduty.checkHealth(pagerdutyServices, signal) }]),
    ...(metrics === null
      ? []
      : [{ name: 'Prometheus', check: (signal: AbortSignal) => checkPrometheus(metrics, signal) }]),
  ]
}

async function checkPrometheus(metrics: Metrics, signal: AbortSignal): Promise<ConnectorHealth> {
  const up = await metrics.queryInstant('count(up)', signal)
  const targets = up[0]?.points.at(-1)?.[1] ?? 0
  return targets > 0
    ? { ok: true, detail: `answers; it scrapes ${String(targets)} target(s)`, remedy: '' }
    : {
        ok: false,
        detail: 'answers, but has no series "up"',
        remedy: 'Check that PROMETHEUS_URL is the server that scrapes your services.',
      }
}
