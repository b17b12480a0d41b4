import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { prometheusActions } from '../../../src/connectors/prometheus/prometheus-actions.ts'
import { prometheusMetrics } from '../../../src/connectors/prometheus/prometheus-metrics.ts'
import { startFakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { ActionModule } from '../../../src/connectors/action-module.ts'
import type { ActionResult } from '../../../src/domain/action.ts'
import type { EffectContext } from '../../../src/ports/action-runner.ts'
import type { FakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

const QUERY = 'errors'
const context: EffectContext = {
  effect: 'main',
  idempotencyKey: 'RUN-1:healthy:main',
  incidentId: 'INC-1',
  runId: 'RUN-1',
  stepId: 'healthy',
  requestedBy: 'countersign',
  approvedBy: [],
  signal: new AbortController().signal,
}
let fake: FakePrometheus
let action: ActionModule
let start: number

beforeEach(async () => {
  fake = await startFakePrometheus()
  start = fake.nowSeconds
  const clock = { now: () => new Date(fake.nowSeconds * 1000), monotonicMs: () => fake.nowSeconds * 1000 }
  action = prometheusActions(prometheusMetrics({ baseUrl: fake.url, timeoutMs: 20_000 }), clock)[0]!
})
afterEach(() => fake.close())

/** Looks again every `everySeconds` of Prometheus' time until there is a result. */
async function watch(
  args: JsonObject,
  everySeconds: number,
  atMost = 200,
): Promise<{ result: ActionResult; looks: number }> {
  let result = await action.perform(args, null, context)
  let looks = 1
  while (result.outcome === 'pending' && looks < atMost) {
    fake.nowSeconds += everySeconds
    result = await action.poll(args, JSON.parse(JSON.stringify(result.handle)) as JsonObject, context)
    looks += 1
  }
  return { result, looks }
}

describe('prometheus/assert', () => {
  it('is a check without an effect', () => {
    const description = action.describe({ query: QUERY, below: 0.05, for: '2m' })

    expect(description).toMatchObject({ isVerification: true, crashClass: 'idempotent', effects: ['main'] })
    expect(description.target.lockKey).toBeNull()
  })

  it.each([
    [{ query: QUERY, for: '2m' }, 'one of below, above, equals'],
    [{ query: QUERY, below: 1, for: 'soon' }, 'a duration such as 90s or 2m'],
    [{ query: '', below: 1, for: '1s' }, 'query'],
    [{ query: QUERY, below: 'x', for: '1s' }, 'below'],
    [{ query: QUERY, below: 1, for: '1s', extra: 1 }, 'extra'],
  ])('refuses %j', (args, reason) => {
    expect(() => action.describe(args)).toThrow(reason)
  })

  it('is done once the value has held for the whole time', async () => {
    fake.set(QUERY, (at) => [{ value: at < start + 40 ? 0.2 : 0.01 }])

    const { result } = await watch({ query: QUERY, below: 0.05, for: '2m', within: '10m' }, 10)

    expect(result).toMatchObject({ outcome: 'done', output: { value: '0.01' } })
    expect(fake.nowSeconds).toBe(start + 160)
    expect(result.detail).toContain('The value is 0.01 at 08:02:40 UTC, below 0.05 for 2 min')
  })

  it('starts anew when the value breaks between two looks', async () => {
    const isBad = (at: number) => at < start + 10 || (at > start + 63 && at < start + 67)
    fake.set(QUERY, (at) => [{ value: isBad(at) ? 0.2 : 0.01 }])

    const { result } = await watch({ query: QUERY, below: 0.05, for: '1m', within: '10m' }, 10)

    expect(result.outcome).toBe('done')
    expect(fake.nowSeconds).toBe(start + 130)
  })

  it('asks that every series holds', async () => {
    fake.set(QUERY, () => [
      { labels: { pod: 'a' }, value: 0.01 },
      { labels: { pod: 'b' }, value: 0.5 },
    ])

    const { result } = await watch({ query: QUERY, below: 0.05, for: '10s', within: '1m' }, 10)

    expect(result).toMatchObject({ outcome: 'failed', output: { value: '0.5' } })
  })

  it('never takes missing data for success, and says so', async () => {
    fake.set(QUERY, () => [])

    const { result } = await watch({ query: QUERY, equals: 0, for: '0s', within: '30s' }, 10)

    expect(result.outcome).toBe('failed')
    expect(result.detail).toContain('Prometheus has no data for the query')
    expect(result.detail).toContain('no value was seen')
  })

  it('tells the last value and when it was, and how long it held at most', async () => {
    fake.set(QUERY, (at) => [{ value: at >= start + 10 && at <= start + 30 ? 0.01 : 0.3333333 }])

    const { result } = await watch({ query: QUERY, below: 0.05, for: '1m', within: '1m' }, 10)

    expect(result.outcome).toBe('failed')
    expect(result.detail).toContain('the value is 0.3333 at 08:01:00 UTC')
    expect(result.detail).toContain('held for 20 s at most')
  })

  it('waits without a bound of its own when `within` is absent', async () => {
    fake.set(QUERY, () => [{ value: 1 }])

    const { result, looks } = await watch({ query: QUERY, below: 0.05, for: '1m' }, 60, 30)

    expect(result.outcome).toBe('pending')
    expect(looks).toBe(30)
  })

  it('goes on after Prometheus was away, and asks it about the time between', async () => {
    fake.set(QUERY, (at) => [{ value: at === start + 30 ? 0.3 : 0.01 }])
    const args = { query: QUERY, below: 0.05, for: '1m', within: '10m' }
    const first = await action.perform(args, null, context)
    if (first.outcome !== 'pending') throw new Error('it holds for no time yet')
    fake.fault = 'reset'
    fake.nowSeconds += 40
    const away = await action.poll(args, first.handle, context)
    if (away.outcome !== 'pending') throw new Error('nothing was seen')
    fake.fault = 'none'
    fake.nowSeconds += 40

    const back = await action.poll(args, away.handle, context)

    expect(away.detail).toContain('Prometheus')
    expect(back).toMatchObject({ outcome: 'pending', handle: { heldSince: start + 31 } })
  })

  it('fails at once when the query is wrong', async () => {
    const { result } = await watch({ query: 'sum(', below: 1, for: '1m', within: '10m' }, 10)

    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.detail).toContain('parse error')
  })
})
