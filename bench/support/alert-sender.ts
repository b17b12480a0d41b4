import http from 'node:http'
import { WEBHOOK_TOKEN } from './names.ts'
import { monotonicMs } from './monotonic.ts'

export interface SentWebhook {
  /** Just before the request was written. */
  readonly sentAtMs: number
  readonly answeredAtMs: number
  readonly status: number
}

export interface BenchAlert {
  readonly service: string
  readonly environment: string
  /** Found again in the card. */
  readonly mark: string
}

/** Posts webhooks over kept connections, as Alertmanager does. */
export function createSender(baseUrl: string) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const post = (path: string, body: string): Promise<SentWebhook> => {
    const headers = {
      authorization: `Bearer ${WEBHOOK_TOKEN}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    return new Promise((resolve, reject) => {
      const sentAtMs = monotonicMs()
      const request = http.request(`${baseUrl}${path}`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume()
        answer.on('end', () => resolve({ sentAtMs, answeredAtMs: monotonicMs(), status: answer.statusCode ?? 0 }))
      })
      request.on('error', reject)
      request.end(body)
    })
  }
  return {
    post,
    postAlert: (alert: BenchAlert) => post('/webhooks/alertmanager', JSON.stringify(webhookOf(alert))),
    close: () => agent.destroy(),
  }
}

export function markOf(index: number): string {
  return `bnch${String(index).padStart(6, '0')}x`
}

/** Version 4 of Alertmanager's webhook, with the fields a real one carries. */
function webhookOf({ service, environment, mark }: BenchAlert): object {
  const labels = { alertname: 'HighErrorRate', service, environment, severity: 'critical', namespace: 'shop' }
  const annotations = {
    summary: `5xx above 5 % on ${service} ${mark}`,
    description: 'More than 5 % of the requests of the last minute failed.',
  }
  return {
    version: '4',
    groupKey: `{}:{alertname="HighErrorRate", service="${service}", environment="${environment}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'countersign',
    groupLabels: { alertname: 'HighErrorRate', service, environment },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.example:9093',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations,
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example:9090/graph?g0.expr=errors',
        fingerprint: mark,
      },
    ],
  }
}
