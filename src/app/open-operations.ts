import { mountOperations } from './mount-operations.ts'
import { redactAnswers } from './redact-answers.ts'
import { openHttpServer } from '../adapters/http/open-http-server.ts'
import type { AuditKeeper } from '../orchestrator/keep-audit.ts'
import type { Config } from '../config/config.ts'
import type { Foundation } from './build-deps.ts'
import type { HttpServer } from '../adapters/http/open-http-server.ts'
import type { MetricsRegistry } from '../telemetry/metrics.ts'

/** What a worker alone answers: whether it lives, can do its work, and how it does. Nobody else has a way in. */
export function openOperations(
  config: Config,
  foundation: Foundation,
  metrics: MetricsRegistry,
  audit: AuditKeeper | null,
): HttpServer {
  const { HOST: host, PORT: port } = config.environment
  const server = openHttpServer({
    host,
    port,
    log: foundation.deps.log,
    telemetry: metrics,
    redact: redactAnswers(foundation.secrets),
  })
  mountOperations(server, foundation, metrics, audit)
  return server
}
