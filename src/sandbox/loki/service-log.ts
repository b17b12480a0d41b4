import { firstAfter } from '../prometheus/series-store.ts'
import { noise } from '../world/noise.ts'
import type { ArgoCdWorld } from '../argocd/argocd-world.ts'
import type { LogLine, ReadLog } from './log-line.ts'
import type { Series, SeriesStore } from '../prometheus/series-store.ts'
import type { ServiceEntry, WorldFile } from '../world/world-file.ts'

export interface ServiceLogSettings {
  readonly file: WorldFile
  readonly seed: number
  readonly store: SeriesStore
  readonly apps: ArgoCdWorld
}

/** What a service measured in one second. */
interface Second {
  readonly requests: number
  readonly failed: number
  readonly meanMs: number
  readonly memoryMb: number
  readonly isDatabaseUp: boolean
}

/** A service writes no line for each request, so that a log of minutes is still read in one answer. */
const MOST_FAILURES_A_SECOND = 8
const ORDINARY_EVERY_S = 5
const MEMORY_EVERY_S = 10
const SLOW_MS = 1_000
const MEMORY_LIMIT_MB = 1_024
const MUCH_MEMORY = 0.85
const MEBIBYTE = 1_048_576

/**
 * What the services wrote, made anew for whoever asks from what they measured and from what Argo CD started: the log
 * knows of a fault only what a service would notice. A call that failed names the service that was called.
 */
export function createServiceLog({ file, seed, store, apps }: ServiceLogSettings): ReadLog {
  return ({ fromMs, toMs, isMeant }) => {
    const meters = metersOf(store)
    return file.services.flatMap((service) => {
      const labels = { service: service.name, environment: file.environment }
      if (!isMeant(labels)) return []
      const said: (readonly [number, string])[] = [...startsOf(service, apps, fromMs, toMs)]
      for (let atMs = Math.ceil(fromMs / 1000) * 1000; atMs < toMs; atMs += 1000) {
        const second = meters(service.name, atMs / 1000)
        if (second === undefined) continue
        const callees = Object.entries(service.calls).map(([name, share]) => {
          const called = meters(name, atMs / 1000)
          return { name, failing: share * failingShare(called) }
        })
        const chance = (what: string): number => noise(seed, `${service.name} log ${what}`, atMs / 1000)
        for (const text of linesOf(service, second, callees, { atMs, chance })) said.push([atMs, text])
      }
      return said.map(([atMs, text]): LogLine => ({ atMs, labels, text }))
    })
  }
}

interface Moment {
  readonly atMs: number
  /** Of this second, by what it is for. */
  readonly chance: (what: string) => number
}

interface Callee {
  readonly name: string
  /** The share of the caller's requests that a failure there would fail. */
  readonly failing: number
}

function linesOf(service: ServiceEntry, second: Second, callees: readonly Callee[], moment: Moment): readonly string[] {
  const { atMs, chance } = moment
  const path = `/${service.name}`
  const took = (what: string): string => String(Math.max(1, Math.round(second.meanMs * (0.6 + 0.8 * chance(what)))))
  const failures = Array.from({ length: Math.min(MOST_FAILURES_A_SECOND, second.failed) }, (_none, index) => {
    const why = reasonOf(second, callees, chance(`cause ${String(index)}`))
    // The reason first: that is what kinds of lines are told apart by.
    return `ERROR ${why}: POST ${path} failed after ${took(`failure ${String(index)}`)} ms`
  })
  const seconds = atMs / 1000
  const isSlow = second.meanMs > SLOW_MS
  const used = Math.round(second.memoryMb)
  return [
    ...failures,
    ...(isSlow ? [`WARN GET ${path} took ${took('slow')} ms`] : []),
    ...(seconds % ORDINARY_EVERY_S === 0 ? [`INFO GET ${path} answered in ${took('ordinary')} ms`] : []),
    ...(seconds % MEMORY_EVERY_S === 0 && used > MUCH_MEMORY * MEMORY_LIMIT_MB
      ? [`WARN memory is at ${String(used)} of ${String(MEMORY_LIMIT_MB)} MiB after a full collection`]
      : []),
  ]
}

/** Failures are drawn from what fails at that second: calls by the share that needs them, the rest here. */
function reasonOf(second: Second, callees: readonly Callee[], drawn: number): string {
  let left = drawn * failingShare(second)
  for (const { name, failing } of callees) {
    left -= failing
    if (left < 0) return `${name} answered 500`
  }
  return second.isDatabaseUp ? 'unhandled exception' : 'no connection to the database'
}

function failingShare(second: Second | undefined): number {
  return second === undefined || second.requests === 0 ? 0 : second.failed / second.requests
}

/** New processes say which version they are. */
function startsOf({ name, app }: ServiceEntry, apps: ArgoCdWorld, fromMs: number, toMs: number) {
  const history = (app === undefined ? undefined : apps.find(app)?.history) ?? []
  return history
    .filter(({ deployedAtMs }) => deployedAtMs >= fromMs && deployedAtMs < toMs)
    .map(({ deployedAtMs, version }) => [deployedAtMs, `INFO ${name} ${version} listens on port 8080`] as const)
}

/** Counters become what was counted within the second; undefined where it was not scraped. */
function metersOf(store: SeriesStore): (service: string, atSeconds: number) => Second | undefined {
  const byService = (name: string): ReadonlyMap<string, Series> =>
    new Map(store.list(name).map((series) => [series.labels['service'] ?? '', series]))
  const failed = byService('http_requests_errors_total')
  const count = byService('http_request_duration_seconds_count')
  const sum = byService('http_request_duration_seconds_sum')
  const memory = byService('process_resident_memory_bytes')
  const database = byService('database_up')
  return (service, atSeconds) => {
    const requests = increaseOf(count.get(service), atSeconds)
    if (requests === undefined) return undefined
    const seconds = increaseOf(sum.get(service), atSeconds) ?? 0
    return {
      requests,
      failed: increaseOf(failed.get(service), atSeconds) ?? 0,
      meanMs: requests === 0 ? 0 : (seconds / requests) * 1000,
      memoryMb: (valueOf(memory.get(service), atSeconds) ?? 0) / MEBIBYTE,
      isDatabaseUp: valueOf(database.get(service), atSeconds) !== 0,
    }
  }
}

function increaseOf(series: Series | undefined, atSeconds: number): number | undefined {
  const [now, before] = [valueOf(series, atSeconds), valueOf(series, atSeconds - 1)]
  return now === undefined || before === undefined ? undefined : now - before
}

function valueOf(series: Series | undefined, atSeconds: number): number | undefined {
  if (series === undefined) return undefined
  const index = firstAfter(series.times, atSeconds) - 1
  return series.times[index] === atSeconds ? series.values[index] : undefined
}
