import type { ChangeEvent } from '../domain/change-event.ts'
import type { InstanceReading } from '../domain/instance-reading.ts'

/** Readings of one side of the comparison. */
interface Side {
  /** Instants at which an instance was seen answering. */
  readonly instants: number
  /** Mean share of failed requests; null when unknown. */
  readonly errorShare: number | null
  /** Mean of the natural logarithm of the latency in seconds; null when unknown. */
  readonly logLatency: number | null
  readonly spread: number
}

/** The instances that a change brought against those that ran before and beside them. */
export interface Comparison {
  readonly brought: Side
  readonly before: Side
  /** The old ones after the change began. */
  readonly beside: Side
}

/**
 * New is an instance that nobody saw before the change began: no source needs to say which version it runs. Only
 * requests that the service answers are compared. Undefined where nothing was measured of the service before.
 */
export function compareInstances(change: ChangeEvent, readings: readonly InstanceReading[]): Comparison | undefined {
  const own = readings.filter((one) => one.service === change.service && one.callee === change.service)
  const isEarlier = (one: InstanceReading) => one.at.getTime() < change.at.getTime()
  const known = new Set(own.filter(isEarlier).map((one) => one.instance))
  if (known.size === 0) return undefined
  return {
    brought: sideOf(own.filter((one) => !known.has(one.instance))),
    before: sideOf(own.filter(isEarlier)),
    beside: sideOf(own.filter((one) => known.has(one.instance) && !isEarlier(one))),
  }
}

function sideOf(readings: readonly InstanceReading[]): Side {
  const latencies = readings.flatMap(({ latencySeconds }) =>
    latencySeconds === null || latencySeconds <= 0 ? [] : [Math.log(latencySeconds)],
  )
  const logLatency = meanOf(latencies)
  return {
    instants: new Set(readings.map((one) => one.at.getTime())).size,
    errorShare: meanOf(readings.flatMap(({ errorShare }) => (errorShare === null ? [] : [errorShare]))),
    logLatency,
    spread: logLatency === null ? 0 : Math.sqrt(meanOf(latencies.map((value) => (value - logLatency) ** 2)) ?? 0),
  }
}

export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
