import { describe, expect, it } from '@jest/globals'
import { SeriesStore } from '../../../src/sandbox/prometheus/series-store.ts'
import { PromqlError } from '../../../src/sandbox/promql/promql-error.ts'
import { evaluate } from '../../../src/sandbox/promql/evaluate.ts'
import { parsePromql } from '../../../src/sandbox/promql/parse.ts'

const NOW = 1_000

/** Two services with counters that grow by 10 and 1 a second, and a gauge. */
function storeWithTraffic(): SeriesStore {
  const store = new SeriesStore(3600)
  const shop = [
    ['checkout', 10, 1],
    ['payments', 4, 0],
  ] as const
  for (const [service, perSecond, failing] of shop) {
    const all = store.open('requests_total', { service, environment: 'production' })
    const failed = store.open('errors_total', { service, environment: 'production' })
    const memory = store.open('memory_bytes', { service, environment: 'production' })
    for (let at = NOW - 60; at <= NOW; at += 1) {
      store.append(all, at, (at - NOW + 1000) * perSecond)
      store.append(failed, at, (at - NOW + 1000) * failing)
      store.append(memory, at, 100 * perSecond)
    }
  }
  return store
}

function value(query: string): Record<string, number> | number {
  const result = evaluate(parsePromql(query), storeWithTraffic(), NOW)
  if (result.kind === 'scalar') return result.value
  return Object.fromEntries(result.samples.map((one) => [one.labels['service'] ?? '', Number(one.value.toFixed(6))]))
}

function mistake(query: string): string {
  try {
    value(query)
  } catch (error) {
    if (error instanceof PromqlError) return `${error.errorType}: ${error.message}`
    throw error
  }
  return 'no mistake'
}

describe("the sandbox's PromQL", () => {
  it.each([
    ['a selector', 'memory_bytes', { checkout: 1000, payments: 400 }],
    ['equal', 'memory_bytes{service="checkout"}', { checkout: 1000 }],
    ['not equal', 'memory_bytes{service!="checkout"}', { payments: 400 }],
    ['a pattern, anchored', 'memory_bytes{service=~"check|pay.*"}', { payments: 400 }],
    ['not a pattern', 'memory_bytes{service!~"check.*"}', { payments: 400 }],
    ['a rate', 'rate(requests_total[30s])', { checkout: 10, payments: 4 }],
    ['an increase', 'increase(requests_total[30s])', { checkout: 300, payments: 120 }],
    ['a mean over time', 'avg_over_time(memory_bytes[10s])', { checkout: 1000, payments: 400 }],
    ['a sum of all', 'sum(memory_bytes)', { '': 1400 }],
    ['a sum by label', 'sum by (service) (rate(requests_total[10s]))', { checkout: 10, payments: 4 }],
    ['a sum by label, written behind', 'sum(rate(requests_total[10s])) by (service)', { checkout: 10, payments: 4 }],
    ['without a label', 'max without (environment) (memory_bytes)', { checkout: 1000, payments: 400 }],
    ['a count', 'count(memory_bytes)', { '': 2 }],
    ['a ratio', 'rate(errors_total[10s]) / rate(requests_total[10s])', { checkout: 0.1, payments: 0 }],
    ['a comparison that filters', 'rate(errors_total[10s]) / rate(requests_total[10s]) > 0.05', { checkout: 0.1 }],
    ['a comparison as bool', 'memory_bytes > bool 500', { checkout: 1, payments: 0 }],
    ['and', 'memory_bytes and rate(errors_total[10s]) > 0', { checkout: 1000 }],
    ['unless', 'memory_bytes unless rate(errors_total[10s]) > 0', { payments: 400 }],
    ['precedence', '2 + 3 * 2 ^ 2 ^ 1', 14],
    ['a negation', '-(2 - 5)', 3],
    ['a number on the left', '2000 - memory_bytes{service="checkout"}', { checkout: 1000 }],
    ['an absent series', 'absent(nothing)', { '': 1 }],
    ['no series', 'nothing', {}],
    ['an offset', 'requests_total{service="checkout"} offset 10s', { checkout: 9900 }],
    ['labels to meet by', 'sum by (service) (memory_bytes) / on (service) memory_bytes', { checkout: 1, payments: 1 }],
  ])('knows %s', (_name, query, expected) => {
    expect(value(query)).toEqual(expected)
  })

  it('counts a reset of a counter as growth from zero', () => {
    const store = new SeriesStore(3600)
    const series = store.open('requests_total', {})
    ;[100, 110, 120, 5, 15].forEach((count, index) => store.append(series, NOW - 4 + index, count))

    const result = evaluate(parsePromql('increase(requests_total[5s])'), store, NOW)

    // 10 + 10 + 5 + 10 over four seconds, extended to the five of the window.
    expect(result).toEqual({ kind: 'vector', samples: [{ labels: {}, value: 43.75 }] })
  })

  it('forgets a value after five minutes', () => {
    const store = new SeriesStore(3600)
    store.append(store.open('memory_bytes', {}), NOW - 301, 1)

    expect(evaluate(parsePromql('memory_bytes'), store, NOW)).toEqual({ kind: 'vector', samples: [] })
  })

  it.each([
    ['', 'bad_data: parse error: unexpected end of input'],
    ['sum(', 'bad_data: parse error: unexpected end of input'],
    ['sum(memory_bytes) )', 'bad_data: 1:19: parse error: unexpected ")"'],
    ['memory_bytes{service="a"', 'bad_data: parse error: unexpected end of input'],
    ['histogram_quantile(0.9, memory_bytes)', 'unknown function with name "histogram_quantile"'],
    ['rate(memory_bytes)', 'expected type range vector in call to function "rate"'],
    ['memory_bytes[5m]', 'invalid expression type "range vector"'],
    ['memory_bytes{service=~"("}', 'error parsing regexp'],
    ['1 == 1', 'comparisons between scalars must use BOOL modifier'],
    ['a / on (b) group_left c', "group_left is not supported by the sandbox's Prometheus"],
    ['sum(memory_bytes) / on (environment) memory_bytes', 'execution: found duplicate series'],
    ['{}', 'must contain at least one non-empty matcher'],
    ['"text"', 'unexpected'],
    ['('.repeat(500), 'nested too deeply'],
  ])('refuses %s', (query, expected) => {
    expect(mistake(query)).toContain(expected)
  })
})
