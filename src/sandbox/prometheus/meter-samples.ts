import type { Labels, SeriesStore } from './series-store.ts'
import type { World } from '../world/world.ts'

interface MeterSample {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

interface MetricKind {
  readonly type: 'counter' | 'gauge'
  readonly help: string
}

const METRICS: Readonly<Record<string, MetricKind>> = {
  http_requests_total: { type: 'counter', help: 'Requests answered, by status code.' },
  http_requests_errors_total: { type: 'counter', help: 'Requests answered with a server error.' },
  http_request_duration_seconds_sum: { type: 'counter', help: 'Time spent on requests.' },
  http_request_duration_seconds_count: { type: 'counter', help: 'Requests whose time is in the sum.' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory the process holds.' },
  database_up: { type: 'gauge', help: 'Whether the database of the service answers.' },
}

/** What one service exposes. */
function samplesOf(world: World, service: string): readonly MeterSample[] {
  const meters = world.metersOf(service)
  const labels = { service, environment: world.environment }
  const hasDatabase = world.services.some((entry) => entry.name === service && entry.hasDatabase)
  return [
    { name: 'http_requests_total', labels: { ...labels, code: '200' }, value: meters.requestsOk },
    { name: 'http_requests_total', labels: { ...labels, code: '500' }, value: meters.requestsFailed },
    { name: 'http_requests_errors_total', labels, value: meters.requestsFailed },
    { name: 'http_request_duration_seconds_sum', labels, value: meters.durationSeconds },
    { name: 'http_request_duration_seconds_count', labels, value: meters.durationCount },
    { name: 'process_resident_memory_bytes', labels, value: meters.memoryBytes },
    ...(hasDatabase ? [{ name: 'database_up', labels, value: meters.isDatabaseUp ? 1 : 0 }] : []),
  ]
}

/** Scrapes every service once a call, as Prometheus would, into series that it looks up only the first time. */
export function createScraper(world: World, store: SeriesStore): (atSeconds: number) => void {
  const targets = world.services.map(({ name: service }) => {
    const target = { job: service, instance: `${service}-0:8080` }
    const series = samplesOf(world, service).map(({ name, labels }) => store.open(name, { ...labels, ...target }))
    return { service, series, up: store.open('up', target) }
  })
  return (atSeconds) => {
    for (const { service, series, up } of targets) {
      samplesOf(world, service).forEach(({ value }, index) => {
        const one = series[index]
        if (one !== undefined) store.append(one, atSeconds, value)
      })
      store.append(up, atSeconds, 1)
    }
  }
}

/** The text format of `GET /metrics`, for a real Prometheus to scrape. */
export function exposition(world: World, service: string): string {
  const samples = samplesOf(world, service)
  const names = [...new Set(samples.map((sample) => sample.name))]
  const lines = names.flatMap((name) => {
    const kind = METRICS[name]
    const own = samples.filter((sample) => sample.name === name)
    return [
      `# HELP ${name} ${kind?.help ?? ''}`,
      `# TYPE ${name} ${kind?.type ?? 'untyped'}`,
      ...own.map(({ labels, value }) => `${name}{${describeLabels(labels)}} ${value}`),
    ]
  })
  return `${lines.join('\n')}\n`
}

function describeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`,
    )
    .join(',')
}
