import { ConfigurationError } from '../kernel/errors.ts'
import { createActionRunner } from '../connectors/action-runner.ts'
import { createAddressGuard } from '../connectors/http-check/address-guard.ts'
import { createArgoCd } from '../connectors/argocd/create-argocd.ts'
import { createChatPostAction } from '../connectors/chat/post-action.ts'
import { createHttpCheckAction } from '../connectors/http-check/check-action.ts'
import { createLambda } from '../connectors/lambda/create-lambda.ts'
import { createPagerDuty } from '../connectors/pagerduty/create-pagerduty.ts'
import { createWaitAction } from '../connectors/clock/wait-action.ts'
import { parseServerAddress } from '../connectors/argocd/server-address.ts'
import { prometheusActions } from '../connectors/prometheus/prometheus-actions.ts'
import { prometheusMetrics } from '../connectors/prometheus/prometheus-metrics.ts'
import { traceToPagerDuty } from './trace-to-pagerduty.ts'
import type { ActionModule } from '../connectors/action-module.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ArgoCd } from '../connectors/argocd/create-argocd.ts'
import type { ChangeSource } from '../ports/change-source.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Config } from '../config/config.ts'
import type { ConnectorHealth } from '../connectors/shared/connector-health.ts'
import type { DeployStateReader } from '../ports/deploy-state.ts'
import type { HttpTiming } from '../connectors/shared/http-request.ts'
import type { Lambda } from '../connectors/lambda/create-lambda.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { OnCall } from '../ports/directory.ts'
import type { PagerDuty } from '../connectors/pagerduty/create-pagerduty.ts'
import type { Stores } from '../ports/stores.ts'
import type { Telemetry } from '../ports/telemetry.ts'

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

export interface ConnectorNeeds {
  readonly config: Config
  readonly stores: Stores
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Builds what the environment configures; an action of a system that is not configured is refused by name. */
export function buildConnectors(needs: ConnectorNeeds): Connectors {
  const { config, clock, stores } = needs
  const onTiming = timingTo(needs.telemetry)
  const argocd = buildArgoCd(config, onTiming)
  const lambda = buildLambda(config)
  const pagerduty = buildPagerDuty(needs, onTiming)
  const baseUrl = config.environment.PROMETHEUS_URL
  const metrics = baseUrl === undefined ? null : prometheusMetrics({ baseUrl, onTiming })
  const modules: readonly ActionModule[] = [
    ...(argocd?.actions ?? []),
    ...(lambda?.actions ?? []),
    ...(pagerduty?.actions ?? []),
    ...(metrics === null ? [] : prometheusActions(metrics, clock)),
    createHttpCheckAction(createAddressGuard(config.settings.http.hosts), clock),
    createWaitAction(clock),
    createChatPostAction(async (incidentId, text, key) => {
      await stores.outbox.append([{ kind: 'post', incidentId, text, key, priority: 'status' }])
    }),
  ]
  return {
    actions: createActionRunner(modules),
    metrics,
    deployState: argocd?.deployState ?? null,
    changeSources: argocd === undefined ? [] : [argocd.changes],
    onCall: pagerduty?.onCall ?? null,
    healthChecks: healthChecks(config, { argocd, lambda, pagerduty, metrics }),
  }
}

type OnTiming = (timing: HttpTiming) => void

function timingTo(telemetry: Telemetry): OnTiming {
  return (timing) => {
    const outcome = timing.status === null ? 'no_answer' : `${String(Math.floor(timing.status / 100))}xx`
    telemetry.observeSeconds('vendor_request', { vendor: timing.vendor, outcome }, timing.totalMs / 1000)
  }
}

function buildArgoCd(config: Config, onTiming: OnTiming): ArgoCd | undefined {
  const { ARGOCD_SERVER: server, ARGOCD_AUTH_TOKEN: token, ARGOCD_INSECURE: isInsecure } = config.environment
  if (server === undefined || token === undefined) return undefined
  const address = parseServerAddress(server, isInsecure)
  if ('problem' in address) {
    throw new ConfigurationError([
      { file: 'environment', at: 'ARGOCD_SERVER', found: address.problem, expected: 'an address that can be used' },
    ])
  }
  const projects = new Map([...config.catalog.services.values()].map(({ argocd }) => [argocd?.app, argocd?.project]))
  return createArgoCd({ url: address.url, token, projectOf: (app) => projects.get(app) ?? null, onTiming })
}

/** The SDK's standard chain finds region and credentials; any sign of it switches Lambda on. */
function buildLambda(config: Config): Lambda | undefined {
  const { environment } = config
  const signs = [
    environment.AWS_REGION,
    environment.AWS_ENDPOINT_URL_LAMBDA,
    environment.AWS_ACCESS_KEY_ID,
    environment.AWS_PROFILE,
    environment.AWS_WEB_IDENTITY_TOKEN_FILE,
  ]
  return signs.every((sign) => sign === undefined) ? undefined : createLambda()
}

function buildPagerDuty({ config, clock, stores }: ConnectorNeeds, onTiming: OnTiming): PagerDuty | undefined {
  const { PAGERDUTY_API_TOKEN: token, PAGERDUTY_FROM: from, PAGERDUTY_API_URL: apiUrl } = config.environment
  if (token === undefined) return undefined
  return createPagerDuty({
    apiUrl: apiUrl ?? 'https://api.pagerduty.com',
    token,
    from: from ?? null,
    clock,
    onTiming,
    traceOf: (incidentId) => traceToPagerDuty(stores, config.catalog, incidentId),
  })
}

interface Built {
  readonly argocd: ArgoCd | undefined
  readonly lambda: Lambda | undefined
  readonly pagerduty: PagerDuty | undefined
  readonly metrics: Metrics | null
}

function healthChecks(config: Config, built: Built): readonly HealthCheck[] {
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
