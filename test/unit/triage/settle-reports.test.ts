import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { settleReports } from '../../../src/triage/settle-reports.ts'
import type { AlertReport, SettledRow } from '../../../src/triage/settle-reports.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute))
const NOW = at(59)

const fire = (start: number): AlertReport => ({ fingerprint: 'f', status: 'firing', startsAt: at(start), endsAt: null })
const end = (start: number, minute: number | null): AlertReport => ({
  ...fire(start),
  status: 'resolved',
  endsAt: minute === null ? null : at(minute),
})
const row = (start: number, endMinute: number | null = null, incidentId: string | null = 'INC-1'): SettledRow => ({
  fingerprint: 'f',
  status: endMinute === null ? 'firing' : 'resolved',
  startsAt: at(start),
  endsAt: endMinute === null ? null : at(endMinute),
  incidentId,
})

/** `10 firing`, `10-20 resolved`, with `(older)` for a row that is ended besides the report's own. */
function outcome(reports: readonly AlertReport[], known: readonly SettledRow[] = []): readonly string[] {
  return settleReports(reports, known, NOW)
    .map((one) => {
      const until = one.endsAt === null ? '' : `-${one.endsAt.getUTCMinutes()}`
      return `${one.startsAt.getUTCMinutes()}${until} ${one.status}${one.isOwn ? '' : ' (older)'}`
    })
    .sort()
}

describe('what a report comes to', () => {
  it.each<[string, AlertReport[], SettledRow[], string[]]>([
    ['a new fire', [fire(10)], [], ['10 firing']],
    // Alertmanager repeats itself every few hours.
    ['a repeat', [fire(10)], [row(10)], ['10 firing']],
    ['a resolve of what fires', [end(10, 20)], [row(10)], ['10-20 resolved']],
    // No end told: the end is now.
    ['a resolve without an end', [end(10, null)], [row(10)], ['10-59 resolved']],
    // Nobody saw it fire; it is remembered for a late fire.
    ['a resolve of what nobody saw', [end(10, 20)], [], ['10-20 resolved']],
    // The fire was delayed: it is over, and it does not ring for ever.
    ['a fire after its resolve', [fire(10)], [row(10, 20, null)], ['10-20 resolved']],
    // Its resolve got lost, and it fires again: the earlier one has ended.
    ['a second fire while the first still counts', [fire(30)], [row(10)], ['10-30 resolved (older)', '30 firing']],
    // The same two in the wrong order.
    ['an earlier fire that comes late', [fire(10)], [row(30)], ['10-30 resolved']],
    // Two Alertmanagers that do not see each other: starts differ by a moment, the end is the same.
    ['a resolve with another start', [end(11, 20)], [row(10)], ['10-20 resolved']],
    ['a fire within what has ended', [fire(15)], [row(10, 20)], ['15-20 resolved']],
    ['it fires again afterwards', [fire(30)], [row(10, 20)], ['30 firing']],
    // A late resolve of the first firing must not end the second one.
    ['a resolve from before the second fire', [end(10, 20)], [row(10, 20), row(30)], ['10-20 resolved']],
    // Both in one delivery, in either order.
    ['fire and resolve at once', [fire(10), end(10, 20)], [], ['10-20 resolved']],
    ['resolve and fire at once', [end(10, 20), fire(10)], [], ['10-20 resolved']],
  ])('%s', (_name, reports, known, expected) => {
    expect(outcome(reports, known)).toEqual(expected)
  })

  it('names the incident of the row that it repeats, ends or gives way to', () => {
    expect(settleReports([end(11, 20)], [row(10, null, 'INC-9')], NOW)[0]?.belongsTo).toBe('INC-9')
    expect(settleReports([fire(10)], [row(30, null, 'INC-9')], NOW)[0]?.belongsTo).toBe('INC-9')
    expect(settleReports([fire(30)], [row(10, 20, 'INC-9')], NOW)[0]?.belongsTo).toBeNull()
  })
})

describe('the end state', () => {
  /** Applies deliveries of one report each, as the store would. */
  function replay(reports: readonly AlertReport[]): boolean {
    const rows = new Map<number, SettledRow>()
    for (const report of reports) {
      for (const one of settleReports([report], [...rows.values()], NOW)) {
        const had = rows.get(one.startsAt.getTime())
        const stays = had?.status === 'resolved'
        rows.set(one.startsAt.getTime(), {
          ...{ fingerprint: 'f', startsAt: one.startsAt, incidentId: 'INC-1' },
          ...(stays ? { status: had.status, endsAt: had.endsAt } : { status: one.status, endsAt: one.endsAt }),
        })
      }
    }
    return [...rows.values()].some((one) => one.status === 'firing')
  }

  it('does not depend on the order in which fires and resolves arrive, nor on repeats', () => {
    // Firings of one alert that follow each other; the last one may still go on.
    const history = fc
      .record({ count: fc.integer({ min: 1, max: 4 }), isOpen: fc.boolean() })
      .chain(({ count, isOpen }) => {
        const reports = Array.from({ length: count }, (_, index) => {
          const isLast = index === count - 1
          return isLast && isOpen ? [fire(index * 10)] : [fire(index * 10), end(index * 10, index * 10 + 5)]
        }).flat()
        const repeated = fc.array(fc.nat(reports.length - 1), { maxLength: 6 })
        return repeated.chain((indexes) => {
          const all = [...reports, ...indexes.map((index) => reports[index] ?? fire(0))]
          return fc.shuffledSubarray(all, { minLength: all.length }).map((shuffled) => ({ shuffled, isOpen }))
        })
      })

    fc.assert(fc.property(history, ({ shuffled, isOpen }) => replay(shuffled) === isOpen))
  })
})
