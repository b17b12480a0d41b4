import { answerQuery } from './query-api.ts'
import { exposition } from './meter-samples.ts'
import { openLoopbackServer } from '../http/loopback-server.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'
import type { SeriesStore } from './series-store.ts'
import type { World } from '../world/world.ts'

export interface PrometheusParts {
  readonly store: SeriesStore
  readonly world: World
  readonly nowMs: () => number
}

/** Prometheus' query API, and besides each service's own `/services/<name>/metrics` for a real one to scrape. */
export function openPrometheusServer(parts: PrometheusParts): Promise<LoopbackServer> {
  return openLoopbackServer((request) => answer(request, parts))
}

function answer(request: SandboxRequest, { store, world, nowMs }: PrometheusParts): SandboxAnswer {
  const service = /^\/services\/([a-z0-9-]+)\/metrics$/.exec(request.path)?.[1]
  if (service !== undefined) {
    return world.has(service)
      ? { status: 200, body: exposition(world, service), headers: { 'content-type': 'text/plain; version=0.0.4' } }
      : notFound()
  }
  if (request.path === '/-/healthy') return { status: 200, body: 'The sandbox\u2019s Prometheus is healthy.\n' }
  if (request.path === '/graph') return { status: 200, body: graphPage(request, store, nowMs()) }
  return answerQuery(request, store, nowMs()) ?? notFound()
}

/** Where an alert's "Expression" link leads: the value now, as text. */
function graphPage(request: SandboxRequest, store: SeriesStore, nowMs: number): string {
  const query = request.query.get('g0.expr') ?? ''
  const asked = { ...request, path: '/api/v1/query', query: new URLSearchParams({ query }) }
  const found = answerQuery(asked, store, nowMs)
  return `The sandbox's Prometheus (simulated)\n\n${query}\n\n${JSON.stringify(found?.body, null, 2)}\n`
}

function notFound(): SandboxAnswer {
  return { status: 404, body: '404 page not found\n' }
}
