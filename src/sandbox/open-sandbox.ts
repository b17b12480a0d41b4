import { randomBytes } from 'node:crypto'
import { AlertRules } from './prometheus/alert-rules.ts'
import { Alertmanager } from './alertmanager/alertmanager.ts'
import { ArgoCdWorld } from './argocd/argocd-world.ts'
import { PagerDuty } from './pagerduty/pagerduty-server.ts'
import { SeriesStore } from './prometheus/series-store.ts'
import { World } from './world/world.ts'
import { deployNotice } from './argocd/deploy-notice.ts'
import { openArgoCdServer } from './argocd/argocd-server.ts'
import { createServiceLog } from './loki/service-log.ts'
import { openLokiServer } from './loki/loki-server.ts'
import { openLambdaServer } from './lambda/lambda-server.ts'
import { openPrometheusServer } from './prometheus/prometheus-server.ts'
import { postUntilTaken } from './http/post-until-taken.ts'
import { createScraper } from './prometheus/meter-samples.ts'
import type { App } from './argocd/app.ts'
import type { Clock } from '../kernel/clock.ts'
import type { LoopbackServer } from './http/loopback-server.ts'
import type { Scenario } from './world/scenario.ts'
import type { Tell, WorldEvent } from './world/event.ts'
import type { WebhookTarget } from './http/post-until-taken.ts'
import type { WorldFile } from './world/world-file.ts'

export interface SandboxSettings {
  readonly file: WorldFile
  readonly scenario: Scenario
  readonly seed: number
  readonly clock: Clock
  /** Off where a real Prometheus and a real Alertmanager watch the services. */
  readonly watches: boolean
  readonly onEvent?: (event: WorldEvent) => void
}

/** Where Countersign finds the simulated vendors, under the names of its own environment. */
export interface SandboxVariables {
  readonly PROMETHEUS_URL: string
  readonly LOKI_URL: string
  readonly LOKI_TOKEN: string
  readonly ARGOCD_SERVER: string
  readonly ARGOCD_AUTH_TOKEN: string
  readonly PAGERDUTY_API_URL: string
  readonly PAGERDUTY_API_TOKEN: string
  readonly PAGERDUTY_FROM: string
  readonly AWS_ENDPOINT_URL_LAMBDA: string
  readonly AWS_REGION: string
  readonly AWS_ACCESS_KEY_ID: string
  readonly AWS_SECRET_ACCESS_KEY: string
}

export interface Sandbox {
  readonly variables: SandboxVariables
  /** All that has happened since the world began, history included. */
  readonly events: readonly WorldEvent[]
  /** A service's own `/metrics`, for a real Prometheus. */
  metricsUrl(service: string): string
  /** From now on alerts and notices of deploys are sent there; what fires already is sent first. */
  sendTo(target: WebhookTarget): void
  /** Merges a version, which auto-sync then deploys. */
  push(service: string, version: string, by: string): void
  /** What fires now, by name and service. */
  firing(): readonly { readonly alert: string; readonly service: string }[]
  versionOf(service: string): string
  close(): Promise<void>
}

const HISTORY_MS = 50 * 60_000
const KEEP_SECONDS = 3 * 3600
const RULES_BACK_MS = 5 * 60_000
const TICK_MS = 200
const NOTICES_BACK_MS = 15 * 60_000
const NOTICE_ATTEMPTS = 5

export async function openSandbox(settings: SandboxSettings): Promise<Sandbox> {
  const running = new RunningSandbox(settings)
  await running.open()
  return running
}

class RunningSandbox implements Sandbox {
  readonly events: WorldEvent[] = []
  readonly #settings: SandboxSettings
  readonly #startMs: number
  readonly #store = new SeriesStore(KEEP_SECONDS)
  readonly #world: World
  readonly #scrape: (atSeconds: number) => void
  readonly #apps: ArgoCdWorld
  readonly #rules: AlertRules
  readonly #alertmanager: Alertmanager
  readonly #pagerduty: PagerDuty
  readonly #closing = new AbortController()
  readonly #token = (): string => randomBytes(18).toString('hex')
  readonly #secrets = {
    argocd: this.#token(),
    pagerduty: this.#token(),
    loki: this.#token(),
    aws: `AKIA${this.#token().slice(0, 16).toUpperCase()}`,
  }
  #servers: Readonly<Record<'prometheus' | 'argocd' | 'lambda' | 'pagerduty' | 'loki', LoopbackServer>> | undefined
  #timer: NodeJS.Timeout | undefined
  #secondMs: number
  #eventsPlayed = 0
  #target: WebhookTarget | null = null
  #untold: App[] = []

  constructor(settings: SandboxSettings) {
    const { file, scenario, seed, clock } = settings
    this.#settings = settings
    this.#startMs = Math.floor(clock.now().getTime() / 1000) * 1000
    this.#secondMs = this.#startMs - HISTORY_MS
    const tell: Tell = (event) => {
      this.events.push(event)
      settings.onEvent?.(event)
    }
    const startMs = this.#startMs
    this.#world = new World({ file, scenario, seed, startMs })
    this.#scrape = createScraper(this.#world, this.#store)
    this.#apps = new ArgoCdWorld({
      ...{ file, startMs, tell },
      onRunning: (service, version, atMs) => this.#world.run(service, version, atMs),
      onFinished: (app) => this.#notice(app),
    })
    this.#rules = new AlertRules(file.rules, this.#store)
    this.#pagerduty = new PagerDuty({
      ...{ file, seed, startMs, token: this.#secrets.pagerduty, nowMs: () => this.#nowMs(), tell },
    })
    this.#alertmanager = new Alertmanager({
      groupBy: ['alertname', 'environment'],
      groupWaitMs: 400,
      groupIntervalMs: 1_000,
      repeatIntervalMs: 60_000,
      receiver: 'countersign',
      externalUrl: () => this.variables.PROMETHEUS_URL,
      prometheusUrl: () => this.variables.PROMETHEUS_URL,
      tell,
    })
  }

  get variables(): SandboxVariables {
    const { prometheus, argocd, lambda, pagerduty, loki } = this.#opened()
    return {
      PROMETHEUS_URL: prometheus.url,
      LOKI_URL: loki.url,
      LOKI_TOKEN: this.#secrets.loki,
      ARGOCD_SERVER: argocd.url,
      ARGOCD_AUTH_TOKEN: this.#secrets.argocd,
      PAGERDUTY_API_URL: pagerduty.url,
      PAGERDUTY_API_TOKEN: this.#secrets.pagerduty,
      PAGERDUTY_FROM: this.#settings.file.onCall[0]?.email ?? '',
      AWS_ENDPOINT_URL_LAMBDA: lambda.url,
      AWS_REGION: 'eu-sandbox-1',
      AWS_ACCESS_KEY_ID: this.#secrets.aws,
      AWS_SECRET_ACCESS_KEY: this.#secrets.pagerduty,
    }
  }

  async open(): Promise<void> {
    this.#catchUp(this.#startMs)
    const { file, seed } = this.#settings
    const nowMs = (): number => this.#upToDate()
    const readLog = createServiceLog({ file, seed, store: this.#store, apps: this.#apps })
    const tell: Tell = (event) => {
      this.events.push(event)
      this.#settings.onEvent?.(event)
    }
    const [prometheus, argocd, lambda, pagerduty, loki] = await Promise.all([
      openPrometheusServer({ store: this.#store, world: this.#world, nowMs }),
      openArgoCdServer({ apps: this.#apps, token: this.#secrets.argocd, nowMs }),
      openLambdaServer({
        ...{ file, world: this.#world, accessKeyId: this.#secrets.aws, region: 'eu-sandbox-1', nowMs, tell },
      }),
      this.#pagerduty.open(),
      openLokiServer({
        token: this.#secrets.loki,
        read: (window) => {
          this.#upToDate()
          return readLog(window)
        },
      }),
    ])
    this.#servers = { prometheus, argocd, lambda, pagerduty, loki }
    this.#timer = setInterval(() => {
      this.#alertmanager.flush(this.#upToDate())
    }, TICK_MS)
  }

  metricsUrl(service: string): string {
    return `${this.#opened().prometheus.url}/services/${service}/metrics`
  }

  sendTo(target: WebhookTarget): void {
    this.#target = target
    if (this.#settings.watches) this.#alertmanager.sendTo(target)
    const oldest = this.#nowMs() - NOTICES_BACK_MS
    const untold = this.#untold.filter((app) => (app.state?.finishedAtMs ?? 0) >= oldest)
    this.#untold = []
    for (const app of untold) this.#notice(app)
    this.#alertmanager.flush(this.#nowMs())
  }

  push(service: string, version: string, by: string): void {
    this.#apps.push({ service, version, by }, this.#nowMs())
  }

  firing(): readonly { readonly alert: string; readonly service: string }[] {
    return this.#alertmanager.firing().map(({ labels }) => ({
      alert: labels['alertname'] ?? '',
      service: labels['service'] ?? '',
    }))
  }

  versionOf(service: string): string {
    return this.#world.versionOf(service)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#closing.abort()
    await this.#alertmanager.close()
    await Promise.all(Object.values(this.#servers ?? {}).map((server) => server.close()))
  }

  #opened() {
    if (this.#servers === undefined) throw new Error('The sandbox is not open yet.')
    return this.#servers
  }

  #nowMs(): number {
    return this.#settings.clock.now().getTime()
  }

  /** For whoever asks: the world is brought to this moment first. */
  #upToDate(): number {
    const nowMs = this.#nowMs()
    this.#catchUp(nowMs)
    return nowMs
  }

  /** Lives every second that has passed since the last time, and then lets Argo CD come to this very moment. */
  #catchUp(nowMs: number): void {
    while (this.#secondMs + 1000 <= nowMs) {
      this.#secondMs += 1000
      this.#liveSecond(this.#secondMs)
    }
    this.#apps.advance(nowMs)
  }

  #liveSecond(atMs: number): void {
    this.#playEvents(atMs)
    this.#apps.advance(atMs)
    this.#world.liveSecond(atMs)
    this.#scrape(atMs / 1000)
    if (!this.#settings.watches || atMs < this.#startMs - RULES_BACK_MS) return
    const alerts = this.#rules.evaluate(atMs)
    this.#alertmanager.receive(alerts, atMs)
    this.#pagerduty.receive(alerts, atMs)
  }

  #playEvents(atMs: number): void {
    const { events } = this.#settings.scenario
    for (;;) {
      const next = events[this.#eventsPlayed]
      if (next === undefined || this.#startMs + next.at > atMs) return
      this.#eventsPlayed += 1
      this.#apps.push(next.deploy, atMs)
    }
  }

  #notice(app: App): void {
    const body = deployNotice(app)
    if (body === undefined) return
    if (this.#target === null) {
      this.#untold.push(app)
      return
    }
    const signal = this.#closing.signal
    void postUntilTaken(this.#target, '/webhooks/argocd', body, { signal, attempts: NOTICE_ATTEMPTS })
  }
}
