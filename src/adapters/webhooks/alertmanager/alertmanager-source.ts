import { AlertmanagerAlert, AlertmanagerWebhook } from './schema.ts'
import { bearerAuthentication } from '../../http/bearer.ts'
import { check, readJson } from '../read-json.ts'
import type { IncomingAlert } from '../../../domain/alert.ts'
import type { RejectedItem } from '../../../orchestrator/index.ts'
import type { WebhookReading, WebhookSource } from '../webhook-source.ts'

const NAME = 'alertmanager'

/** Alertmanager cannot sign: `http_config.authorization` carries the bearer token. */
export function alertmanagerSource(tokens: readonly string[]): WebhookSource {
  return {
    name: NAME,
    path: '/webhooks/alertmanager',
    authentication: bearerAuthentication(tokens, null),
    read: (request) => translate(request.body),
  }
}

function translate(body: Uint8Array): WebhookReading {
  const alerts: IncomingAlert[] = []
  const rejected: RejectedItem[] = []
  readJson(body, AlertmanagerWebhook).alerts.forEach((given, index) => {
    const checked = check(given, AlertmanagerAlert, `alerts[${index}]`)
    if ('value' in checked) alerts.push(toAlert(checked.value))
    else rejected.push({ index, ...checked })
  })
  return { kind: 'alerts', alerts, rejected }
}

function toAlert(given: AlertmanagerAlert): IncomingAlert {
  return {
    source: NAME,
    sourceFingerprint: given.fingerprint ?? null,
    status: given.status,
    labels: given.labels,
    annotations: given.annotations,
    startsAt: given.startsAt,
    endsAt: given.endsAt,
    generatorUrl: given.generatorURL ?? null,
  }
}
