import { addGauges } from './add-gauges.ts'
import { isMigrated } from '../store/migrate.ts'
import { describeLookout } from '../orchestrator/read/describe-lookout.ts'
import { describeDelivery } from '../orchestrator/read/describe-delivery.ts'
import { jsonAnswer, textAnswer } from '../adapters/http/answers.ts'
import type { AuditKeeper } from '../orchestrator/keep-audit.ts'
import type { Foundation } from './build-deps.ts'
import type { HttpAnswer } from '../adapters/http/answers.ts'
import type { HttpServer } from '../adapters/http/open-http-server.ts'
import type { MetricsRegistry } from '../telemetry/metrics.ts'
import type { Route } from '../adapters/http/route.ts'

const WHY = 'orchestrators and Prometheus ask; keep it on loopback or behind a network policy'

/** `/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: for Prometheus. */
export function mountOperations(
  server: HttpServer,
  foundation: Foundation,
  metrics: MetricsRegistry,
  audit: AuditKeeper | null,
): void {
  addGauges(foundation, metrics, audit)
  const route = (path: string, handle: () => Promise<HttpAnswer>): Route<null> => ({
    method: 'GET',
    path,
    source: 'operations',
    authentication: { kind: 'none', why: WHY, who: null },
    handle,
  })
  server.mount(route('/healthz', async () => jsonAnswer(200, { status: 'ok' })))
  server.mount(route('/readyz', async () => readiness(foundation, audit)))
  server.mount(
    route('/metrics', async () => {
      const { contentType, text } = await metrics.render()
      return textAnswer(200, contentType, text)
    }),
  )
}

/** What it cannot do now is said in words: an orchestrator reads the status, a person the problems. */
async function readiness({ database, deps }: Foundation, audit: AuditKeeper | null): Promise<HttpAnswer> {
  const problems: string[] = []
  try {
    if (!(await isMigrated(database.db))) {
      problems.push('the tables are not those of this build; run "countersign migrate"')
    }
  } catch (error) {
    deps.log.warn({ error }, 'readiness: the database does not answer')
    problems.push('the database does not answer')
  }
  if (audit !== null && audit.refusal !== null) problems.push(`the audit log is not signed any more: ${audit.refusal}`)
  const notes = problems.length === 0 ? [...(await describeDelivery(deps)), ...(await describeLookout(deps))] : []
  return jsonAnswer(problems.length === 0 ? 200 : 503, {
    status: problems.length === 0 ? 'ready' : 'not ready',
    problems,
    ...(notes.length === 0 ? {} : { notes }),
  })
}
