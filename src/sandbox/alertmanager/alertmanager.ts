import { labelFingerprint } from './fingerprint.ts'
import { postUntilTaken } from '../http/post-until-taken.ts'
import type { Labels } from '../prometheus/series-store.ts'
import type { RuleAlert } from '../prometheus/alert-rules.ts'
import type { Tell } from '../world/event.ts'
import type { WebhookTarget } from '../http/post-until-taken.ts'

export interface AlertmanagerSettings {
  readonly groupBy: readonly string[]
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly receiver: string
  readonly externalUrl: () => string
  readonly prometheusUrl: () => string
  readonly tell: Tell
}

interface Group {
  readonly key: string
  readonly labels: Labels
  readonly alerts: Map<string, RuleAlert>
  readonly sinceMs: number
  /** What the receiver was told last, and when. */
  told: { readonly text: string; readonly atMs: number } | null
  isSending: boolean
}

const ATTEMPTS = 60

/**
 * Groups what fires and tells one receiver: after `groupWait`, then when something changed and `groupInterval` has
 * passed, and again after `repeatInterval`. What has resolved is told once and forgotten.
 */
export class Alertmanager {
  readonly #settings: AlertmanagerSettings
  readonly #groups = new Map<string, Group>()
  readonly #closing = new AbortController()
  readonly #sending = new Set<Promise<void>>()
  #target: WebhookTarget | null = null

  constructor(settings: AlertmanagerSettings) {
    this.#settings = settings
  }

  sendTo(target: WebhookTarget): void {
    this.#target = target
  }

  firing(): readonly RuleAlert[] {
    return [...this.#groups.values()].flatMap((group) =>
      [...group.alerts.values()].filter((alert) => alert.endsAtMs === null),
    )
  }

  receive(alerts: readonly RuleAlert[], atMs: number): void {
    for (const alert of alerts) this.#place(alert, atMs)
  }

  /** Tells the receiver what is due. */
  flush(atMs: number): void {
    if (this.#target === null) return
    for (const group of this.#groups.values()) {
      if (group.isSending || !this.#isDue(group, atMs)) continue
      const sending = this.#notify(group, this.#target, atMs).finally(() => this.#sending.delete(sending))
      this.#sending.add(sending)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#sending)
  }

  #place(alert: RuleAlert, atMs: number): void {
    const { groupBy, tell } = this.#settings
    const labels = Object.fromEntries(groupBy.map((name) => [name, alert.labels[name] ?? '']))
    const key = `{}:{${describe(labels)}}`
    const group = this.#groups.get(key) ?? {
      ...{ key, labels, alerts: new Map<string, RuleAlert>() },
      ...{ sinceMs: atMs, told: null, isSending: false },
    }
    this.#groups.set(key, group)
    const fingerprint = labelFingerprint(alert.labels)
    const known = group.alerts.get(fingerprint)
    group.alerts.set(fingerprint, alert)
    const isNews = (known?.endsAtMs ?? null) !== alert.endsAtMs || known === undefined
    if (!isNews) return
    const name = `${alert.labels['alertname'] ?? ''} of ${alert.labels['service'] ?? 'nobody'}`
    const isOver = alert.endsAtMs !== null
    const kind = isOver ? 'alert.resolved' : 'alert.firing'
    const at = new Date(isOver ? atMs : alert.startsAtMs)
    tell({ at, from: 'Prometheus', kind, subject: name, text: `${name} ${isOver ? 'has ended' : 'fires'}` })
  }

  #isDue(group: Group, atMs: number): boolean {
    const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = this.#settings
    if (group.alerts.size === 0) return false
    if (group.told === null) return atMs - group.sinceMs >= groupWaitMs
    const sinceTold = atMs - group.told.atMs
    const isChanged = contentOf(group) !== group.told.text
    return isChanged ? sinceTold >= groupIntervalMs : sinceTold >= repeatIntervalMs
  }

  async #notify(group: Group, target: WebhookTarget, atMs: number): Promise<void> {
    group.isSending = true
    const text = contentOf(group)
    const sent = [...group.alerts]
    const signal = this.#closing.signal
    const result = await postUntilTaken(target, '/webhooks/alertmanager', this.#payload(group), {
      ...{ signal, attempts: ATTEMPTS },
    })
    group.isSending = false
    if (result === 'given up') return
    group.told = { text, atMs }
    for (const [fingerprint, alert] of sent) {
      if (alert.endsAtMs !== null && group.alerts.get(fingerprint) === alert) group.alerts.delete(fingerprint)
    }
    if (group.alerts.size === 0) this.#groups.delete(group.key)
    const words = `sent ${sent.length} alert(s) of ${group.labels['alertname'] ?? 'a group'} to Countersign: ${result}`
    this.#settings.tell({ at: new Date(), from: 'Alertmanager', kind: 'webhook.sent', subject: group.key, text: words })
  }

  /** Version 4 of the webhook's payload. */
  #payload(group: Group): object {
    const alerts = [...group.alerts.values()]
    const isFiring = alerts.some((alert) => alert.endsAtMs === null)
    return {
      version: '4',
      groupKey: group.key,
      truncatedAlerts: 0,
      status: isFiring ? 'firing' : 'resolved',
      receiver: this.#settings.receiver,
      groupLabels: group.labels,
      commonLabels: common(alerts.map((alert) => alert.labels)),
      commonAnnotations: common(alerts.map((alert) => alert.annotations)),
      externalURL: this.#settings.externalUrl(),
      alerts: alerts.map((alert) => ({
        status: alert.endsAtMs === null ? 'firing' : 'resolved',
        labels: alert.labels,
        annotations: alert.annotations,
        startsAt: new Date(alert.startsAtMs).toISOString(),
        endsAt: alert.endsAtMs === null ? '0001-01-01T00:00:00Z' : new Date(alert.endsAtMs).toISOString(),
        generatorURL: `${this.#settings.prometheusUrl()}/graph?g0.expr=${encodeURIComponent(alert.expression)}&g0.tab=1`,
        fingerprint: labelFingerprint(alert.labels),
      })),
    }
  }
}

function contentOf(group: Group): string {
  return JSON.stringify([...group.alerts].map(([key, alert]) => [key, alert.startsAtMs, alert.endsAtMs]).sort())
}

function common(all: readonly Labels[]): Labels {
  const [first, ...rest] = all
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => rest.every((labels) => labels[name] === value)),
  )
}

function describe(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')
}
