import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { deployOf, openJudgementWorld } from './judgement-world.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FakeSample } from '../../fakes/prometheus/fake-prometheus.ts'
import type { JudgementWorld } from './judgement-world.ts'

const METRICS = {
  requests: 'sum by (service, pod) (rate(http_requests_total{service=~"${{ services }}"}[1m]))',
  errors: 'sum by (service, pod) (rate(http_requests_errors_total{service=~"${{ services }}"}[1m]))',
  latency: null,
  serviceLabel: 'service',
  instanceLabel: 'pod',
}
const AROUND = 'checkout|payments|frontend'
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

let world: JudgementWorld
let deps: Deps
beforeEach(async () => {
  world = await openJudgementWorld()
  const settings = { ...world.deps.settings, instanceMetrics: METRICS }
  deps = { ...world.deps, settings, clock: new FixedClock(new Date().toISOString()) }
})
afterEach(() => world.close())

/** Checkout and payments are deployed in the same minute; only the new instance of `faulty` fails. */
async function rankedFirst(faulty: string, use: Deps = deps) {
  for (const service of ['checkout', 'payments']) {
    world.history.push(deployOf(service, 0, { sourceId: `${service}/9`, at: minutesAgo(5), finishedAt: minutesAgo(4) }))
  }
  const changedAt = minutesAgo(5).getTime() / 1000
  const pods = (at: number) =>
    ['checkout', 'payments', 'frontend'].flatMap((service) => [
      { service, pod: `${service}-old`, isNew: false },
      ...(at > changedAt && service !== 'frontend' ? [{ service, pod: `${service}-new`, isNew: true }] : []),
    ])
  const samples = (at: number, value: (pod: { service: string; isNew: boolean }) => number): readonly FakeSample[] =>
    pods(at).map(({ service, pod, isNew }) => ({ labels: { service, pod }, value: value({ service, isNew }) }))
  const fill = (query: string) => query.replace('${{ services }}', AROUND)
  world.prometheus.set(fill(METRICS.requests), (at) => samples(at, () => 10))
  world.prometheus.set(fill(METRICS.errors), (at) =>
    samples(at, (pod) => (pod.isNew && pod.service === faulty ? 6 : 0)),
  )
  const { id } = await deps.stores.incidents.open({
    ...{ title: 'HighErrorRate', service: 'checkout', environment: 'production' },
    ...{ severity: 'SEV2', origin: 'alerts', onsetAt: minutesAgo(1) },
  })
  await refreshIncident(use, { incidentId: id }, AbortSignal.timeout(60_000))
  return loadIncidentView(use, id)
}

describe('the comparison of instances', () => {
  it.each(['checkout', 'payments'])('names the deploy of %s, whose new instances fail', async (faulty) => {
    const view = await rankedFirst(faulty)

    expect(view?.suspects[0]?.service).toBe(faulty)
    expect(view?.suspects[0]?.reasons.map((reason) => reason.text)).toContain(
      'Its new instances fail 60 % of their requests, 60 points more than the old ones.',
    )
  })

  it('cannot tell the two apart without it', async () => {
    const settings = { ...deps.settings, instanceMetrics: null }

    expect((await rankedFirst('payments', { ...deps, settings }))?.suspects[0]?.service).toBe('checkout')
  })

  it('judges without it and says so when Prometheus cannot be asked', async () => {
    world.prometheus.fault = 'unavailable'
    const view = await rankedFirst('payments')

    expect(view?.unreachable).toContain('Prometheus')
    expect(view?.suspects[0]?.service).toBe('checkout')
  })
})
