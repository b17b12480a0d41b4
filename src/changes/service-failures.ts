import { meanOf } from './compare-instances.ts'
import type { InstanceReading } from '../domain/instance-reading.ts'

// Alerts look back over a minute or two, and readings come about once a minute.
const RECENT_MS = 90_000
const SETTLED_MS = 5 * 60_000

/**
 * How much more of what each service answers fails now than used to: the share of the last ninety seconds less that of
 * what is older than five minutes, 0 to 1. Services of which nothing was measured are absent.
 */
export function serviceFailures(readings: readonly InstanceReading[], now: Date): ReadonlyMap<string, number> {
  const answered = readings.filter((one) => one.service === one.callee && one.errorShare !== null)
  const byService = Map.groupBy(answered, (one) => one.service)
  return new Map(
    [...byService].flatMap(([service, own]) => {
      const share = (from: number, to: number) =>
        meanOf(
          own
            .filter((one) => now.getTime() - one.at.getTime() >= from && now.getTime() - one.at.getTime() < to)
            .map((one) => one.errorShare ?? 0),
        )
      const recent = share(0, RECENT_MS)
      return recent === null ? [] : [[service, Math.max(0, recent - (share(SETTLED_MS, Infinity) ?? 0))] as const]
    }),
  )
}
