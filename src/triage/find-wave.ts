/** What finding a wave looks at in an alert that fires anew. */
export interface WaveAlert {
  readonly fingerprint: string
  readonly service: string | null
  readonly startsAt: Date
}

/** What the incident that the alerts could join has been doing. */
export interface WaveContext {
  /** How many alerts the minute before this delivery brought. */
  readonly recentAlerts: number
  /** Nothing of it fires, and nothing new came for a while. */
  readonly isAtRest: boolean
}

/**
 * A fault announces itself by many alerts at once and then trickles. In the alerts of 300 injected faults (Riddell et
 * al., FORGE 2026) the first half minute brings dozens and the tail one to ten; docs/judgement.md has the sweep.
 */
const WAVE_MS = 30_000
const WAVE_ALERTS = 40
/** After a rest fewer say it: as many as make a storm (relate-alert.ts). */
export const LEAST_WAVE = 10
const WAVE_SERVICES = 3
/** What trickles in before is not of it: it begins where so short a time brings a quarter of what makes a wave. */
const EDGE_MS = 5_000
const EDGE_SHARE = 1 / 4
/** As many times more than in the half minute before. */
const WAVE_GROWTH = 3

/**
 * When a new wave begins among the alerts of one delivery and environment; undefined where nothing stands out. Of
 * several possible beginnings it is the one with the most alerts after it and the fewest before it.
 */
export function findWave(alerts: readonly WaveAlert[], context: WaveContext): Date | undefined {
  const least = context.isAtRest ? LEAST_WAVE : WAVE_ALERTS
  if (alerts.length < least) return undefined
  const inOrder = alerts.toSorted((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  const delivered = inOrder[0]?.startsAt.getTime() ?? 0
  const earlier = context.recentAlerts / 2
  let best: { readonly at: Date; readonly rise: number } | undefined
  for (const [index, { startsAt }] of inOrder.entries()) {
    const at = startsAt.getTime()
    if (inOrder[index - 1]?.startsAt.getTime() === at) continue
    const after = inOrder.filter((one) => isWithin(one, at, at + WAVE_MS))
    const share = Math.max(0, 1 - (at - delivered) / WAVE_MS)
    const prior = count(inOrder, at - WAVE_MS, at) + earlier * share
    const rise = distinct(after) - prior
    if (isWave(after, { least, prior }) && (best === undefined || rise > best.rise)) best = { at: startsAt, rise }
  }
  return best === undefined ? undefined : edgeOf(inOrder, best.at, least)
}

function edgeOf(inOrder: readonly WaveAlert[], begun: Date, least: number): Date {
  const from = begun.getTime()
  const edge = inOrder.find(({ startsAt }) => {
    const at = startsAt.getTime()
    return at >= from && at < from + WAVE_MS && count(inOrder, at, at + EDGE_MS) >= least * EDGE_SHARE
  })
  return edge?.startsAt ?? begun
}

function isWithin({ startsAt }: WaveAlert, from: number, until: number): boolean {
  return startsAt.getTime() >= from && startsAt.getTime() < until
}

function count(alerts: readonly WaveAlert[], from: number, until: number): number {
  return alerts.filter((one) => isWithin(one, from, until)).length
}

function distinct(alerts: readonly WaveAlert[]): number {
  return new Set(alerts.map((alert) => alert.fingerprint)).size
}

function isWave(
  after: readonly WaveAlert[],
  { least, prior }: { readonly least: number; readonly prior: number },
): boolean {
  const size = distinct(after)
  const services = new Set(after.map((alert) => alert.service)).size
  return size >= least && services >= WAVE_SERVICES && size >= WAVE_GROWTH * prior
}
