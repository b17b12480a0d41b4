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
  /** The same instances go on with it, as with a flag, so what they did before is all there is to compare with. */
  readonly isInPlace: boolean
}

/** How they do while the symptom is there counts; twenty good minutes before it would hide two bad ones. */
const RECENT_MS = 5 * 60_000

/**
 * New is an instance that nobody saw before the change began: no source needs to say which version it runs. Only
 * requests that the service answers are compared. Undefined where nothing was measured of the service before.
 */
export function compareInstances(
  change: ChangeEvent,
  readings: readonly InstanceReading[],
  until: Date,
): Comparison | undefined {
  const own = readings.filter((one) => one.service === change.service && one.callee === change.service)
  const [before, after] = [own.filter((one) => one.at < change.at), own.filter((one) => one.at >= change.at)]
  const known = new Set(before.map((one) => one.instance))
  if (known.size === 0) return undefined
  const brought = after.filter((one) => !known.has(one.instance))
  const beside = after.filter((one) => known.has(one.instance))
  // A deploy without new instances that answer is no such thing: they may be there and not serve.
  return {
    ...{ brought: sideOf(lastOf(brought, until)), before: sideOf(before), beside: sideOf(lastOf(beside, until)) },
    isInPlace: change.kind !== 'deploy' && brought.length === 0 && beside.length > 0,
  }
}

/** All of them where none is recent: they are gone, and that is how they did. */
function lastOf(readings: readonly InstanceReading[], until: Date): readonly InstanceReading[] {
  const recent = readings.filter(({ at }) => until.getTime() - at.getTime() <= RECENT_MS)
  return recent.length > 0 ? recent : readings
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
