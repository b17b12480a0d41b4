import { describe, expect, it } from '@jest/globals'
import { AlertRules } from '../../../src/sandbox/prometheus/alert-rules.ts'
import { SeriesStore } from '../../../src/sandbox/prometheus/series-store.ts'

const RULE = {
  alert: 'MemoryNearLimit',
  expr: 'memory_bytes > 900',
  for: 3_000,
  labels: { severity: 'warning' },
  annotations: { summary: '{{ $labels.service }} holds {{ $value }}' },
}

/** What the rule says, second by second, for these values. */
function play(values: readonly number[]): readonly string[] {
  const store = new SeriesStore(3600)
  const series = store.open('memory_bytes', { service: 'reports' })
  const rules = new AlertRules([RULE], store)
  return values.map((value, second) => {
    store.append(series, second, value)
    const [alert] = rules.evaluate(second * 1000)
    if (alert === undefined) return 'quiet'
    return alert.endsAtMs === null ? `firing since ${alert.startsAtMs / 1000}` : `resolved at ${alert.endsAtMs / 1000}`
  })
}

describe("an alerting rule of the sandbox's Prometheus", () => {
  it('fires when its expression has held for as long as it says', () => {
    expect(play([100, 950, 950, 950, 950, 950])).toEqual([
      'quiet',
      'quiet',
      'quiet',
      'quiet',
      'firing since 4',
      'firing since 4',
    ])
  })

  it('begins anew when the expression does not hold in between', () => {
    expect(play([950, 950, 100, 950, 950, 950, 950]).at(-1)).toBe('firing since 6')
    expect(play([950, 950, 100, 950, 950, 950]).at(-1)).toBe('quiet')
  })

  it('says once that it has resolved', () => {
    expect(play([950, 950, 950, 950, 100, 100]).slice(3)).toEqual(['firing since 3', 'resolved at 4', 'quiet'])
  })

  it('fills its annotations in', () => {
    const store = new SeriesStore(3600)
    store.append(store.open('memory_bytes', { service: 'reports' }), 1, 950.123)
    const [alert] = new AlertRules([{ ...RULE, for: 0 }], store).evaluate(1000)

    expect(alert?.annotations).toEqual({ summary: 'reports holds 950' })
    expect(alert?.labels).toEqual({ service: 'reports', severity: 'warning', alertname: 'MemoryNearLimit' })
  })
})
