import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { checkPrometheus } from '../../../src/connectors/prometheus/check-prometheus.ts'
import { prometheusMetrics } from '../../../src/connectors/prometheus/prometheus-metrics.ts'
import { QueryAnswer } from '../../../src/connectors/prometheus/schema.ts'
import { startFakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import { VendorRejectedError, VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import type { FakeFault, FakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { Metrics } from '../../../src/ports/metrics.ts'

const signal = new AbortController().signal
let fake: FakePrometheus
let metrics: Metrics

beforeEach(async () => {
  fake = await startFakePrometheus()
  metrics = prometheusMetrics({ baseUrl: fake.url, timeoutMs: 20_000 })
})
afterEach(() => fake.close())

describe('Prometheus as a source of numbers', () => {
  it('gives the newest value of each series', async () => {
    fake.set('up', () => [
      { labels: { job: 'a' }, value: 1 },
      { labels: { job: 'b' }, value: '+Inf' },
    ])

    const series = await metrics.queryInstant('up', signal)

    expect(series).toEqual([
      { labels: { job: 'a' }, points: [[fake.nowSeconds, 1]] },
      { labels: { job: 'b' }, points: [[fake.nowSeconds, Infinity]] },
    ])
  })

  it('gives a range in steps', async () => {
    fake.set('errors', (at) => [{ value: at % 100 }])

    const series = await metrics.queryRange('errors', new Date(1_000_000), new Date(1_060_000), 30, signal)

    expect(series[0]?.points).toEqual([
      [1000, 0],
      [1030, 30],
      [1060, 60],
    ])
  })

  it('leaves out what is not a number: a ratio of nothing is no data', async () => {
    fake.set('ratio', () => [{ value: 'NaN' }])

    expect(await metrics.queryInstant('ratio', signal)).toEqual([{ labels: {}, points: [] }])
  })

  it.each([1e13, -1])('takes no sample of the time %s, which no date can name', async (time) => {
    const sample = (at: number) => ({ data: { resultType: 'vector', result: [{ metric: {}, value: [at, '1'] }] } })

    expect(QueryAnswer.safeParse({ status: 'success', ...sample(time) }).success).toBe(false)
    expect(QueryAnswer.safeParse({ status: 'success', ...sample(1_795_249_200) }).success).toBe(true)
  })

  it('sends a long query in the body', async () => {
    const query = `sum(${'x'.repeat(5_000)})`
    fake.set(query, () => [{ value: 1 }])

    expect(await metrics.queryInstant(query, signal)).toHaveLength(1)
    expect(fake.requests).toEqual([{ method: 'POST', path: '/api/v1/query', query }])
  })

  it('keeps the path of its base address', async () => {
    fake.set('up', () => [])

    await prometheusMetrics({ baseUrl: `${fake.url}/prometheus` }).queryInstant('up', signal)

    expect(fake.requests[0]?.path).toBe('/prometheus/api/v1/query')
  })

  it('says what is wrong with a query', async () => {
    const failure = metrics.queryInstant('sum(', signal)

    await expect(failure).rejects.toBeInstanceOf(VendorRejectedError)
    await expect(failure).rejects.toThrow('parse error')
  })

  it.each<FakeFault>(['hang', 'reset', 'html', 'unavailable', 'huge'])(
    'fails in a way that may be tried again when the answer is: %s',
    async (fault) => {
      fake.set('up', () => [{ value: 1 }])
      fake.fault = fault

      const soon = fault === 'hang' ? prometheusMetrics({ baseUrl: fake.url, timeoutMs: 400 }) : metrics
      const failure = soon.queryInstant('up', signal)

      await expect(failure).rejects.toBeInstanceOf(VendorUnreachableError)
      await expect(failure).rejects.toMatchObject({ retryable: true })
    },
  )
})

describe('doctor, of Prometheus', () => {
  it('counts its targets', async () => {
    fake.set('count(up)', () => [{ value: 12 }])

    expect(await checkPrometheus(metrics, signal)).toEqual({
      ok: true,
      detail: 'Prometheus answers and knows 12 target(s).',
      remedy: '',
    })
  })

  it.each<[string, (fake: FakePrometheus) => void]>([
    ['has no target', (one) => one.set('count(up)', () => [])],
    ['gave no usable answer', (one) => (one.fault = 'html')],
    ['was not reached', (one) => (one.fault = 'reset')],
  ])('says what to do when it %s', async (_name, arrange) => {
    arrange(fake)

    const health = await checkPrometheus(metrics, signal)

    expect(health.ok).toBe(false)
    expect(health.remedy).not.toBe('')
  })
})
