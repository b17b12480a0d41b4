import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { startChild } from './child.ts'
import { waitUntilLong } from './wait-long.ts'
import type { Child } from './child.ts'
import type { RuleEntry } from '../../../src/sandbox/world/world-file.ts'

export const PROMETHEUS = '/usr/bin/prometheus'
export const ALERTMANAGER = '/usr/bin/prometheus-alertmanager'

export interface Monitoring {
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  close(): Promise<void>
}

export interface MonitoringSettings {
  readonly folder: string
  readonly ports: { readonly prometheus: number; readonly alertmanager: number }
  /** The `/metrics` of each service. */
  readonly targets: ReadonlyMap<string, string>
  readonly rules: readonly RuleEntry[]
  readonly webhook: { readonly url: string; readonly token: string }
}

/** Debian's Prometheus and Alertmanager, as they would watch the services in production, with windows of seconds. */
export async function startMonitoring(settings: MonitoringSettings): Promise<Monitoring> {
  const alertmanager = startAlertmanager(settings)
  const prometheus = startPrometheus(settings)
  const prometheusUrl = `http://127.0.0.1:${settings.ports.prometheus}`
  const alertmanagerUrl = `http://127.0.0.1:${settings.ports.alertmanager}`
  const close = async (): Promise<void> => {
    await Promise.all([prometheus.end(), alertmanager.end()])
  }
  try {
    await waitUntilReady(prometheus, `${prometheusUrl}/-/ready`)
    await waitUntilReady(alertmanager, `${alertmanagerUrl}/-/ready`)
  } catch (error) {
    await close()
    throw error
  }
  return { prometheusUrl, alertmanagerUrl, close }
}

function startPrometheus({ folder, ports, targets, rules }: MonitoringSettings): Child {
  const home = join(folder, 'prometheus')
  mkdirSync(home)
  writeFileSync(
    join(home, 'prometheus.yml'),
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '900ms', evaluation_interval: '1s' },
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }] },
      rule_files: ['rules.yml'],
      scrape_configs: [...targets].map(([service, metricsUrl]) => ({
        job_name: service,
        metrics_path: new URL(metricsUrl).pathname,
        static_configs: [{ targets: [new URL(metricsUrl).host] }],
      })),
    }),
  )
  const written = rules.map((rule) => ({ ...rule, for: `${rule.for / 1000}s` }))
  writeFileSync(join(home, 'rules.yml'), stringify({ groups: [{ name: 'shop', rules: written }] }))
  return startChild(
    PROMETHEUS,
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      // Else a resolved alert is told to Alertmanager again only after a minute.
      '--rules.alert.resend-delay=1s',
    ],
    {},
  )
}

function startAlertmanager({ folder, ports, webhook }: MonitoringSettings): Child {
  const home = join(folder, 'alertmanager')
  mkdirSync(home)
  writeFileSync(
    join(home, 'alertmanager.yml'),
    stringify({
      route: {
        receiver: 'countersign',
        group_by: ['alertname', 'environment'],
        group_wait: '1s',
        group_interval: '2s',
        repeat_interval: '1h',
      },
      receivers: [
        {
          name: 'countersign',
          webhook_configs: [
            {
              url: `${webhook.url}/webhooks/alertmanager`,
              send_resolved: true,
              http_config: { authorization: { type: 'Bearer', credentials: webhook.token } },
            },
          ],
        },
      ],
    }),
  )
  return startChild(
    ALERTMANAGER,
    [
      `--config.file=${join(home, 'alertmanager.yml')}`,
      `--storage.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      // One instance needs no cluster.
      '--cluster.listen-address=',
    ],
    {},
  )
}

async function waitUntilReady(child: Child, url: string): Promise<void> {
  const died = child.ended.then((code) => {
    throw new Error(`It ended with ${String(code)} before it was ready:\n${child.output()}`)
  })
  const ready = waitUntilLong(url, async () => {
    const response = await fetch(url).catch(() => undefined)
    return response?.ok ?? false
  })
  // Later the end of the process is what the test asks for.
  died.catch(() => undefined)
  await Promise.race([ready, died])
}
