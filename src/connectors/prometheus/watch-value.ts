import { z } from 'zod'
import type { AssertArguments } from './assert-arguments.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { MetricSeries } from '../../ports/metrics.ts'

/**
 * What is kept between two looks at the value, on the ledger, so that another replica goes on where this one stopped.
 * Times of values are Prometheus' own; `beganAtMs` is ours and only bounds the waiting.
 */
const Watch = z.object({
  beganAtMs: z.number(),
  /** Since when the value has held, in seconds; null while it does not. */
  heldSince: z.number().nullable(),
  longestHeldS: z.number(),
  lastValue: z.string().nullable(),
  lastAt: z.number().nullable(),
  /** Why the last look brought no value. */
  problem: z.string().nullable(),
})
export type Watch = z.infer<typeof Watch>

export function newWatch(nowMs: number): Watch {
  return { beganAtMs: nowMs, heldSince: null, longestHeldS: 0, lastValue: null, lastAt: null, problem: null }
}

export function readWatch(handle: JsonObject, nowMs: number): Watch {
  const parsed = Watch.safeParse(handle)
  return parsed.success ? parsed.data : newWatch(nowMs)
}

/** What one look saw: the value that decides (the worst of several series) and when Prometheus took it. */
export interface Sight {
  readonly holds: boolean
  readonly value: number
  readonly atS: number
}

/** Undefined when there is no value at all: that is never a success. */
export function look(series: readonly MetricSeries[], args: AssertArguments): Sight | undefined {
  const sights = series.flatMap((one) => {
    const last = one.points.at(-1)
    return last === undefined ? [] : [{ holds: holds(last[1], args), value: last[1], atS: last[0] }]
  })
  return sights.find((sight) => !sight.holds) ?? sights[0]
}

export function noteSight(watch: Watch, sight: Sight): Watch {
  const heldSince = sight.holds ? (watch.heldSince ?? sight.atS) : null
  const held = heldSince === null ? 0 : sight.atS - heldSince
  return {
    ...watch,
    heldSince,
    longestHeldS: Math.max(watch.longestHeldS, held),
    lastValue: describeValue(sight.value),
    lastAt: sight.atS,
    problem: null,
  }
}

/** A look every few seconds misses what happened in between; the range tells. The last time it did not hold, if any. */
export function lastBreak(series: readonly MetricSeries[], args: AssertArguments): number | undefined {
  const breaks = series.flatMap((one) => one.points.filter(([, value]) => !holds(value, args)).map(([time]) => time))
  return breaks.length === 0 ? undefined : Math.max(...breaks)
}

function holds(value: number, args: AssertArguments): boolean {
  if (args.below !== undefined && !(value < args.below)) return false
  if (args.above !== undefined && !(value > args.above)) return false
  return args.equals === undefined || value === args.equals
}

function describeValue(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(Number(value.toPrecision(4)))
}
