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
 * several possible beginnings it is the one with the most alerts after it and the fewest before it. A delivery may hold
 * thousands: each is looked at a fixed number of times.
 */
export function findWave(alerts: readonly WaveAlert[], context: WaveContext): Date | undefined {
  const least = context.isAtRest ? LEAST_WAVE : WAVE_ALERTS
  if (alerts.length < least) return undefined
  const inOrder = alerts.toSorted((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  return edgeOf(inOrder, steepestRise(inOrder, context.recentAlerts / 2, least), least)
}

/** The index of the alert that it begins with, else -1. `earlier` is how many came in the half minute before the first. */
function steepestRise(inOrder: readonly WaveAlert[], earlier: number, least: number): number {
  const first = inOrder[0]?.startsAt.getTime() ?? 0
  const fingerprints = new Tally<string>()
  const services = new Tally<string | null>()
  let before = 0
  let until = 0
  let best = { index: -1, rise: -Infinity }
  for (const [index, alert] of inOrder.entries()) {
    const at = alert.startsAt.getTime()
    for (; startsBefore(inOrder[before], at - WAVE_MS); before += 1);
    for (let next = inOrder[until]; next !== undefined && startsBefore(next, at + WAVE_MS); next = inOrder[until]) {
      fingerprints.add(next.fingerprint)
      services.add(next.service)
      until += 1
    }
    const prior = index - before + earlier * Math.max(0, 1 - (at - first) / WAVE_MS)
    const size = fingerprints.size
    const isWave = size >= least && services.size >= WAVE_SERVICES && size >= WAVE_GROWTH * prior
    // Of those that start together the first stands for all: it has the others after it.
    if (isWave && size - prior > best.rise) best = { index, rise: size - prior }
    fingerprints.drop(alert.fingerprint)
    services.drop(alert.service)
  }
  return best.index
}

function edgeOf(inOrder: readonly WaveAlert[], begun: number, least: number): Date | undefined {
  const last = Math.ceil(least * EDGE_SHARE) - 1
  const from = inOrder[begun]?.startsAt
  if (from === undefined) return undefined
  const edge = inOrder.find(({ startsAt }, index) => {
    const at = startsAt.getTime()
    return index >= begun && at < from.getTime() + WAVE_MS && startsBefore(inOrder[index + last], at + EDGE_MS)
  })
  return edge?.startsAt ?? from
}

function startsBefore(alert: WaveAlert | undefined, time: number): boolean {
  return alert !== undefined && alert.startsAt.getTime() < time
}

/** How many different ones are in a window that moves on. */
class Tally<Key> {
  readonly #counts = new Map<Key, number>()

  get size(): number {
    return this.#counts.size
  }

  add(key: Key): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  drop(key: Key): void {
    const left = (this.#counts.get(key) ?? 0) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}
