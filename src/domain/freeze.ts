/** While it holds nothing runs on the service, or on anything when `service` is null (`freeze all`, the kill switch). */
export interface Freeze {
  readonly id: string
  readonly service: string | null
  readonly reason: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly until: Date
  /** From a window of the configuration: it ends by itself, and nobody lifts it. */
  readonly isRecurring: boolean
  /** Of which everything is frozen, where a window says so; null for every one. */
  readonly environment: string | null
}

/** What of an incident it holds: all that would run, or only the way back, which may act on other services. */
export type FreezeHold = 'run' | 'undo'

/** What it holds, in a word: a service, an environment, or everything. */
export function frozenWhat({ service, environment }: Pick<Freeze, 'service' | 'environment'>): string {
  return service ?? environment ?? 'everything'
}

/** A day of the week, a day of the month, or the last day of a month. */
export type FreezeDay = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun' | 'last' | number

/** A freeze that comes back by the calendar. What is null does not narrow it: with all three null it is of everything. */
export interface FreezeWindow {
  readonly services: readonly string[] | null
  /** Group that owns the service. */
  readonly owner: string | null
  readonly environment: string | null
  /** On which it begins; empty for every day. */
  readonly days: readonly FreezeDay[]
  /** Minutes after midnight. An end that is not later than the beginning is on the next day. */
  readonly from: number
  readonly to: number
  /** IANA, `Europe/Zurich`. */
  readonly timezone: string
  readonly reason: string
}

/** Of the freezes that hold now, the one that holds on one of these services; the wider first. */
export function findFreezeOn<Held extends Pick<Freeze, 'service'>>(
  freezes: readonly Held[],
  services: readonly (string | null)[],
): Held | undefined {
  return (
    freezes.find((freeze) => freeze.service === null) ??
    freezes.find((freeze) => freeze.service !== null && services.includes(freeze.service))
  )
}
