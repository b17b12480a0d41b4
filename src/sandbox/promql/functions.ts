/** One window of a series: samples in `(at - range, at]`. */
export interface Window {
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly startSeconds: number
  readonly endSeconds: number
}

type OverRange = (window: Window) => number | undefined
type OverValue = (value: number, ...parameters: readonly number[]) => number

/** Functions of a range; undefined leaves the series out, as Prometheus does. */
export const RANGE_FUNCTIONS: Readonly<Record<string, OverRange>> = {
  rate: (window) => extrapolated(window, true),
  increase: (window) => extrapolated(window, false),
  delta: ({ values }) => (values.length < 2 ? undefined : (values.at(-1) ?? 0) - (values[0] ?? 0)),
  irate: ({ times, values }) => {
    const [before, last] = values.slice(-2)
    const [from, to] = times.slice(-2)
    if (before === undefined || last === undefined || from === undefined || to === undefined) return undefined
    return (last < before ? last : last - before) / (to - from)
  },
  avg_over_time: ({ values }) => (values.length === 0 ? undefined : total(values) / values.length),
  sum_over_time: ({ values }) => (values.length === 0 ? undefined : total(values)),
  min_over_time: ({ values }) => (values.length === 0 ? undefined : Math.min(...values)),
  max_over_time: ({ values }) => (values.length === 0 ? undefined : Math.max(...values)),
  count_over_time: ({ values }) => (values.length === 0 ? undefined : values.length),
  last_over_time: ({ values }) => values.at(-1),
}

export const VALUE_FUNCTIONS: Readonly<Record<string, OverValue>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  round: (value) => Math.floor(value + 0.5),
  clamp_min: (value, lowest = -Infinity) => Math.max(value, lowest),
  clamp_max: (value, highest = Infinity) => Math.min(value, highest),
}

const OTHER_FUNCTIONS = ['vector', 'scalar', 'time', 'absent']

export const AGGREGATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: total,
  avg: (values) => total(values) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
}

export function isFunction(name: string): boolean {
  return Object.hasOwn(RANGE_FUNCTIONS, name) || Object.hasOwn(VALUE_FUNCTIONS, name) || OTHER_FUNCTIONS.includes(name)
}

export function isAggregation(name: string): boolean {
  return Object.hasOwn(AGGREGATIONS, name)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/**
 * Prometheus' own rule: the growth between first and last sample, resets added, extended towards the window's ends, but
 * by no more than half a sample's distance where the series seems to begin or end inside, and never below zero.
 */
function extrapolated(window: Window, perSecond: boolean): number | undefined {
  const { times, values, startSeconds, endSeconds } = window
  const [firstAt, lastAt, first] = [times[0], times.at(-1), values[0]]
  if (values.length < 2 || firstAt === undefined || lastAt === undefined || first === undefined) return undefined
  const growth = values.slice(1).reduce((sum, value, index) => {
    const before = values[index] ?? 0
    return sum + (value < before ? value : value - before)
  }, 0)
  const sampled = lastAt - firstAt
  const distance = sampled / (values.length - 1)
  const threshold = distance * 1.1
  let toStart = firstAt - startSeconds
  let toEnd = endSeconds - lastAt
  if (toStart >= threshold) toStart = distance / 2
  if (growth > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / growth))
  if (toEnd >= threshold) toEnd = distance / 2
  const whole = growth * ((sampled + toStart + toEnd) / sampled)
  return perSecond ? whole / (endSeconds - startSeconds) : whole
}
