import { faultOfError } from '../http/fault-of-error.ts'
import { ingestAlerts, ingestChange, recordKnownRefusal, withSourceIp } from '../../orchestrator/index.ts'
import type { Deps, IngestResult } from '../../orchestrator/index.ts'
import type { HttpAnswer } from '../http/answers.ts'
import { jsonAnswer } from '../http/answers.ts'
import type { HttpRequest } from '../http/route.ts'
import type { HttpServer } from '../http/open-http-server.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import { sourceIpOf } from '../http/source-ip.ts'
import type { WebhookReading, WebhookSource } from './webhook-source.ts'

/** Every source on the one server; each request is answered only after its transaction is committed. */
export function mountWebhooks(server: HttpServer, deps: Deps, sources: readonly WebhookSource[]): void {
  for (const source of sources) {
    server.mount({
      method: 'POST',
      path: source.path,
      source: source.name,
      authentication: source.authentication,
      errors: 'webhook',
      handle: (request) => receive(withSourceIp(deps, sourceIpOf(request)), source, request),
    })
  }
}

async function receive(deps: Deps, source: WebhookSource, request: HttpRequest): Promise<HttpAnswer> {
  const reading = await read(deps, source, request)
  // The bytes are the key: a header that is not signed cannot make a replay look new.
  const key = `${source.keyPrefix?.(request) ?? ''}${sha256Hex(request.body)}`
  const result = await ingest(deps, { source: source.name, key, body: request.body }, reading)
  return jsonAnswer(result.status, result.answer)
}

/** What a known sender got wrong goes on the audit log, each time; the answer does not depend on that. */
async function read(deps: Deps, source: WebhookSource, request: HttpRequest): Promise<WebhookReading> {
  try {
    return source.read(request)
  } catch (error) {
    const { code } = faultOfError(error)
    try {
      await recordKnownRefusal(deps, { source: source.name, reason: code, origin: 'webhook' })
    } catch (err) {
      deps.log.error({ err, source: source.name, requestId: request.id }, 'a refusal could not be put on the audit log')
    }
    throw error
  }
}

interface Received {
  readonly source: string
  readonly key: string
  readonly body: Uint8Array
}

function ingest(deps: Deps, received: Received, reading: WebhookReading): Promise<IngestResult> {
  switch (reading.kind) {
    case 'alerts':
      return ingestAlerts(deps, { ...received, alerts: reading.alerts, rejected: reading.rejected })
    case 'changes':
      return ingestChange(deps, { ...received, changes: reading.changes, rejected: reading.rejected })
  }
}
