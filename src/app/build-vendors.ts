import { ConfigurationError } from '../kernel/errors.ts'
import { createArgoCd } from '../connectors/argocd/create-argocd.ts'
import { createGitHubCommits } from '../connectors/github/github-commits.ts'
import { createLokiLogs } from '../connectors/loki/loki-logs.ts'
import { createLambda } from '../connectors/lambda/create-lambda.ts'
import { createPagerDuty } from '../connectors/pagerduty/create-pagerduty.ts'
import { parseServerAddress } from '../kernel/server-address.ts'
import { prometheusMetrics } from '../connectors/prometheus/prometheus-metrics.ts'
import type { ArgoCd } from '../connectors/argocd/create-argocd.ts'
import type { Commits } from '../ports/commits.ts'
import type { Logs } from '../ports/logs.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Config } from '../config/config.ts'
import type { HttpTiming } from '../connectors/shared/http-request.ts'
import type { IncidentTrace } from '../connectors/pagerduty/linked-incident.ts'
import type { Lambda } from '../connectors/lambda/create-lambda.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { PagerDuty } from '../connectors/pagerduty/create-pagerduty.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export interface VendorNeeds {
  readonly config: Config
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** What of an incident can lead to PagerDuty's. */
  readonly traceOf: (incidentId: string) => Promise<IncidentTrace | null>
}

/** The systems that the environment configures. */
export interface Vendors {
  readonly argocd: ArgoCd | undefined
  readonly lambda: Lambda | undefined
  readonly pagerduty: PagerDuty | undefined
  readonly metrics: Metrics | null
  readonly commits: Commits | null
  readonly logs: Logs | null
}

export function buildVendors(needs: VendorNeeds): Vendors {
  const onTiming = timingTo(needs.telemetry)
  const baseUrl = needs.config.environment.PROMETHEUS_URL
  return {
    argocd: buildArgoCd(needs.config, onTiming),
    lambda: buildLambda(needs.config),
    pagerduty: buildPagerDuty(needs, onTiming),
    metrics: baseUrl === undefined ? null : prometheusMetrics({ baseUrl, onTiming }),
    ...buildReaders(needs.config, onTiming),
  }
}

function buildReaders({ environment }: Config, onTiming: OnTiming): Pick<Vendors, 'commits' | 'logs'> {
  const { GITHUB_TOKEN: token, GITHUB_API_URL: apiUrl, LOKI_URL: baseUrl, LOKI_TOKEN: lokiToken } = environment
  const github = { apiUrl: apiUrl ?? 'https://api.github.com', onTiming }
  return {
    commits: token === undefined ? null : createGitHubCommits({ ...github, token }),
    logs: baseUrl === undefined ? null : createLokiLogs({ baseUrl, token: lokiToken ?? null, onTiming }),
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
      { file: 'environment', at: 'ARGOCD_SERVER', found: address.problem, expected: address.expected },
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

function buildPagerDuty({ config, clock, traceOf }: VendorNeeds, onTiming: OnTiming): PagerDuty | undefined {
  const { PAGERDUTY_API_TOKEN: token, PAGERDUTY_FROM: from, PAGERDUTY_API_URL: apiUrl } = config.environment
  if (token === undefined) return undefined
  return createPagerDuty({
    apiUrl: apiUrl ?? 'https://api.pagerduty.com',
    token,
    from: from ?? null,
    clock,
    onTiming,
    traceOf,
  })
}
