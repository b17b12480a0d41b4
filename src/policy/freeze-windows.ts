import type { Freeze, FreezeDay, FreezeWindow } from '../domain/freeze.ts'
import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import { isProduction } from './is-production.ts'
import { createWallClock } from './wall-clock.ts'
import type { CalendarDay } from './wall-clock.ts'

/** What is asked about: where the symptom is and what would be acted on. */
export interface FreezeQuestion {
  readonly services: readonly (string | null)[]
  /** null is not known, and counts as production. */
  readonly environment: string | null
  readonly catalog: ServiceCatalog
  /** Of the database. */
  readonly now: Date
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const DAY_MINUTES = 1_440
/** Windows that follow one another are told as one, so far. */
const MOST_JOINED = 62

/**
 * The recurring freezes that hold at this moment on what is asked about, as freezes like any other; the widest first.
 * A window belongs to the day on which it begins; one whose end is not after its beginning goes on into the next day.
 * When the clock is changed within it, it begins with the earlier and ends with the later of two possible moments.
 */
export function listWindowFreezes(windows: readonly FreezeWindow[], question: FreezeQuestion): readonly Freeze[] {
  const concerned = windows.flatMap((window, index) => {
    const scope = scopeOf(window, question)
    return scope === undefined ? [] : [{ window, index, scope }]
  })
  const held = concerned.flatMap(({ window, index, scope }) => {
    const interval = intervalAt(window, question.now)
    if (interval === undefined) return []
    const until = joined(
      concerned.map((one) => one.window),
      interval.until,
    )
    return [
      {
        id: `window-${String(index + 1)}`,
        service: scope,
        reason: window.reason,
        createdBy: 'configuration',
        createdAt: interval.from,
        until,
        isRecurring: true,
        environment: window.environment,
      },
    ]
  })
  return held.toSorted((left, right) => Number(right.service === null) - Number(left.service === null))
}

/** The service by which it concerns this, null for everything that is asked about; undefined when it does not. */
function scopeOf(window: FreezeWindow, { services, environment, catalog }: FreezeQuestion): string | null | undefined {
  if (window.environment !== null && !isEnvironment(window.environment, environment)) return undefined
  if (window.services === null && window.owner === null) return null
  const named = services.find((name) => {
    if (name === null) return false
    const isNamed = window.services === null || window.services.includes(name)
    return isNamed && (window.owner === null || findService(catalog, name)?.owner === window.owner)
  })
  return named ?? undefined
}

function isEnvironment(wanted: string, environment: string | null): boolean {
  return environment === null ? isProduction(wanted) : environment.toLowerCase() === wanted.toLowerCase()
}

function intervalAt(window: FreezeWindow, now: Date): { readonly from: Date; readonly until: Date } | undefined {
  const clock = createWallClock(window.timezone)
  const today = clock.dayAt(now)
  const length = window.to > window.from ? 0 : DAY_MINUTES
  for (const day of [today, dayBefore(today)]) {
    if (!isOneOf(window.days, day)) continue
    const from = clock.momentOf(day, window.from, 'earlier')
    const until = clock.momentOf(day, window.to + length, 'later')
    if (from <= now && now < until) return { from, until }
  }
  return undefined
}

/** The end of what holds without a gap. */
function joined(windows: readonly FreezeWindow[], end: Date): Date {
  let until = end
  for (let count = 0; count < MOST_JOINED; count += 1) {
    const at = until
    const next = windows.flatMap((window) => intervalAt(window, at)?.until ?? [])
    if (next.length === 0) break
    until = next.reduce((latest, one) => (one > latest ? one : latest), until)
  }
  return until
}

function isOneOf(days: readonly FreezeDay[], { year, month, day }: CalendarDay): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  const isLast = new Date(Date.UTC(year, month - 1, day + 1)).getUTCDate() === 1
  return (
    days.length === 0 ||
    days.some((one) => one === WEEKDAYS[date.getUTCDay()] || one === day || (one === 'last' && isLast))
  )
}

function dayBefore({ year, month, day }: CalendarDay): CalendarDay {
  const date = new Date(Date.UTC(year, month - 1, day - 1))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
