import { AGGREGATIONS, RANGE_FUNCTIONS, VALUE_FUNCTIONS } from './functions.ts'
import { PromqlError } from './promql-error.ts'
import { evaluateBinary } from './binary.ts'
import { firstAfter } from '../prometheus/series-store.ts'
import { selectSeries } from './select-series.ts'
import type { Expression, Selector } from './expression.ts'
import { keepLabels, keyOf, withoutName } from './values.ts'
import type { Sample, Value } from './values.ts'
import type { Labels, Series, SeriesStore } from '../prometheus/series-store.ts'

/** How old a value may be and still count as the latest. */
const LOOK_BACK_SECONDS = 300

/** The expression's value at one moment. */
export function evaluate(expression: Expression, store: SeriesStore, atSeconds: number): Value {
  const inner = (part: Expression): Value => evaluate(part, store, atSeconds)
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value }
    case 'selector':
      return latest(expression, store, atSeconds)
    case 'negation':
      return mapValue(inner(expression.of), (value) => -value)
    case 'call':
      return call(expression, store, atSeconds)
    case 'aggregation':
      return aggregate(expression, vectorOf(inner(expression.of), expression.operator))
    case 'binary':
      return evaluateBinary(expression, inner(expression.left), inner(expression.right))
  }
}

function latest(selector: Selector, store: SeriesStore, atSeconds: number): Value {
  if (selector.rangeSeconds !== undefined) {
    throw new PromqlError('bad_data', 'invalid expression type "range vector", must be Scalar or instant Vector')
  }
  const at = atSeconds - selector.offsetSeconds
  const samples = selectSeries(store, selector).flatMap((series): readonly Sample[] => {
    const index = firstAfter(series.times, at) - 1
    const value = series.values[index]
    const isFresh = at - (series.times[index] ?? -Infinity) < LOOK_BACK_SECONDS
    return value === undefined || !isFresh ? [] : [{ labels: series.labels, value }]
  })
  return { kind: 'vector', samples }
}

function call(expression: Extract<Expression, { kind: 'call' }>, store: SeriesStore, atSeconds: number): Value {
  const { name, args } = expression
  const overRange = RANGE_FUNCTIONS[name]
  if (overRange !== undefined) {
    const [of] = args
    if (of?.kind !== 'selector' || of.rangeSeconds === undefined || args.length !== 1) {
      throw new PromqlError('bad_data', `expected type range vector in call to function "${name}"`)
    }
    return overWindows(of, store, atSeconds, overRange)
  }
  const values = args.map((arg) => evaluate(arg, store, atSeconds))
  const overValue = VALUE_FUNCTIONS[name]
  if (overValue !== undefined) {
    const [of, ...rest] = values
    if (of === undefined) throw new PromqlError('bad_data', `expected an argument in call to "${name}"`)
    const parameters = rest.map((parameter) => scalarOf(parameter, name))
    return mapValue(of, (value) => overValue(value, ...parameters))
  }
  return otherCall(name, values, atSeconds)
}

function otherCall(name: string, values: readonly Value[], atSeconds: number): Value {
  const [of] = values
  if (name === 'time') return { kind: 'scalar', value: atSeconds }
  if (of === undefined) throw new PromqlError('bad_data', `expected 1 argument in call to "${name}"`)
  if (name === 'vector') return { kind: 'vector', samples: [{ labels: {}, value: scalarOf(of, name) }] }
  const samples = vectorOf(of, name)
  if (name === 'absent') return { kind: 'vector', samples: samples.length === 0 ? [{ labels: {}, value: 1 }] : [] }
  return { kind: 'scalar', value: samples.length === 1 ? (samples[0]?.value ?? NaN) : NaN }
}

function overWindows(
  selector: Selector,
  store: SeriesStore,
  atSeconds: number,
  of: (window: {
    times: readonly number[]
    values: readonly number[]
    startSeconds: number
    endSeconds: number
  }) => number | undefined,
): Value {
  const endSeconds = atSeconds - selector.offsetSeconds
  const startSeconds = endSeconds - (selector.rangeSeconds ?? 0)
  const samples = selectSeries(store, selector).flatMap((series: Series): readonly Sample[] => {
    const [from, to] = [firstAfter(series.times, startSeconds), firstAfter(series.times, endSeconds)]
    const [times, values] = [series.times.slice(from, to), series.values.slice(from, to)]
    const value = of({ times, values, startSeconds, endSeconds })
    return value === undefined ? [] : [{ labels: withoutName(series.labels), value }]
  })
  return { kind: 'vector', samples }
}

function aggregate(expression: Extract<Expression, { kind: 'aggregation' }>, samples: readonly Sample[]): Value {
  const { labels: names, isWithout, operator } = expression
  const compute = AGGREGATIONS[operator]
  if (compute === undefined) throw new PromqlError('bad_data', `unknown aggregation ${operator}`)
  const groups = new Map<string, { labels: Labels; values: number[] }>()
  for (const sample of samples) {
    const labels = keepLabels(sample.labels, names, isWithout)
    const key = keyOf(labels)
    const group = groups.get(key) ?? { labels, values: [] }
    groups.set(key, group)
    group.values.push(sample.value)
  }
  return {
    kind: 'vector',
    samples: [...groups.values()].map(({ labels, values }) => ({ labels, value: compute(values) })),
  }
}

function mapValue(value: Value, change: (value: number) => number): Value {
  if (value.kind === 'scalar') return { kind: 'scalar', value: change(value.value) }
  const samples = value.samples.map((one) => ({ labels: withoutName(one.labels), value: change(one.value) }))
  return { kind: 'vector', samples }
}

function vectorOf(value: Value, where: string): readonly Sample[] {
  if (value.kind === 'vector') return value.samples
  throw new PromqlError('bad_data', `expected type instant vector in ${where}, got scalar`)
}

function scalarOf(value: Value, where: string): number {
  if (value.kind === 'scalar') return value.value
  throw new PromqlError('bad_data', `expected type scalar in call to function "${where}", got instant vector`)
}
