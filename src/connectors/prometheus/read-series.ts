import type { MetricSeries } from '../../ports/metrics.ts'
import type { QueryData } from './schema.ts'

/** Series from whatever kind of answer the expression gave. A sample that is not a number says nothing and is left out. */
export function readSeries(data: QueryData): readonly MetricSeries[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map((item) => toSeries(item.metric, item.value === undefined ? [] : [item.value]))
    case 'matrix':
      return data.result.map((item) => toSeries(item.metric, item.values ?? []))
    case 'scalar':
    case 'string':
      return [toSeries({}, [data.result])]
  }
}

function toSeries(labels: Readonly<Record<string, string>>, samples: readonly (readonly [number, string])[]) {
  const points = samples
    .map(([time, text]) => [time, readValue(text)] as const)
    .filter(([, value]) => !Number.isNaN(value))
  return { labels, points }
}

function readValue(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  return text.trim() === '' ? NaN : Number(text)
}
