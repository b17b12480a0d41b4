/** A day of the calendar, wherever that is. `month` is 1 to 12. */
export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** A clock on the wall of an IANA time zone, `Europe/Zurich`, with its summer time. */
export interface WallClock {
  /** The day that it shows at this moment. */
  dayAt(moment: Date): CalendarDay
  /**
   * The moment at which it shows so many minutes after midnight of that day. A time that comes twice, or never, when
   * the clock is changed has two answers: the earlier or the later, as asked for.
   */
  momentOf(day: CalendarDay, minutes: number, which: 'earlier' | 'later'): Date
}

const DAY_MS = 86_400_000

/** Throws RangeError for a zone that this runtime does not know. */
export function createWallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  const read = (at: number) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
    return { year: part('year'), month: part('month'), day: part('day'), shown: shownAs(part) }
  }
  /** How far the clock is ahead of UTC, in milliseconds. */
  const aheadAt = (at: number) => read(at).shown - Math.floor(at / 1000) * 1000
  return {
    dayAt: (moment) => {
      const { year, month, day } = read(moment.getTime())
      return { year, month, day }
    },
    momentOf: ({ year, month, day }, minutes, which) => {
      const shown = Date.UTC(year, month - 1, day, 0, minutes)
      // The offset is one of those of the day before and the day after: no zone changes twice within two days.
      const tries = [aheadAt(shown - DAY_MS), aheadAt(shown + DAY_MS)].map((ahead) => shown - ahead)
      const exact = tries.filter((at) => at + aheadAt(at) === shown)
      const candidates = exact.length > 0 ? exact : tries
      return new Date(which === 'earlier' ? Math.min(...candidates) : Math.max(...candidates))
    },
  }
}

function shownAs(part: (name: Intl.DateTimeFormatPartTypes) => number): number {
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}
