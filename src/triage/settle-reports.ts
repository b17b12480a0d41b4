import type { Alert, AlertStatus } from '../domain/alert.ts'

/** What settling looks at in a report; the rest of it is carried along. */
export interface AlertReport {
  readonly fingerprint: string
  readonly status: AlertStatus
  readonly startsAt: Date
  readonly endsAt: Date | null
}

export type SettledRow = Pick<Alert, 'fingerprint' | 'status' | 'startsAt' | 'endsAt'> & {
  readonly incidentId: string | null
  /** When a source last spoke of it, by the database's clock. */
  readonly lastSeenAt?: Date
}

/** A fire that comes later than this after the resolve of the same start was not delayed: it fires again. */
const MOST_DELAY_MS = 2 * 60_000

/** A row to write. */
export interface Settlement<Report extends AlertReport> {
  readonly report: Report
  readonly status: AlertStatus
  readonly startsAt: Date
  readonly endsAt: Date | null
  /** The incident of the row that this one repeats or gives way to. */
  readonly belongsTo: string | null
  /** False for an older row that the report ends besides its own. */
  readonly isOwn: boolean
}

/**
 * What the reports come to, whatever order they arrive in. One alert fires once at a time: a later start ends the
 * earlier one, and a resolve ends everything under its fingerprint that began before its end, since two Alertmanagers
 * that do not see each other may give one firing two starts. What has ended stays ended: an alert that fires again with
 * the start that it had, as Alertmanager tells it after it lost sight of Prometheus, is a row of its own.
 */
export function settleReports<Report extends AlertReport>(
  reports: readonly Report[],
  known: readonly SettledRow[],
  now: Date,
): readonly Settlement<Report>[] {
  const rows = new Map<string, SettledRow[]>()
  for (const row of known) rows.set(row.fingerprint, [...(rows.get(row.fingerprint) ?? []), row])
  const settled = new Map<string, Settlement<Report>>()
  const inOrder = [...reports].sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  for (const report of inOrder) {
    const had = rows.get(report.fingerprint) ?? []
    const written = report.status === 'firing' ? settleFire(report, had, now) : settleResolve(report, had, now)
    for (const one of written) keep(settled, one)
    rows.set(report.fingerprint, overlay(had, written))
  }
  return [...settled.values()]
}

/** Of two writes to one row, ended wins, and the row counts as the report's own when it was for one of them. */
function keep<Report extends AlertReport>(settled: Map<string, Settlement<Report>>, one: Settlement<Report>): void {
  const key = rowKey(one.report.fingerprint, one.startsAt)
  const earlier = settled.get(key)
  const winner = earlier?.status === 'resolved' ? earlier : one
  settled.set(key, { ...winner, isOwn: one.isOwn || earlier?.isOwn === true })
}

export function rowKey(fingerprint: string, startsAt: Date): string {
  return `${fingerprint} ${startsAt.getTime()}`
}

function overlay<Report extends AlertReport>(
  had: readonly SettledRow[],
  written: readonly Settlement<Report>[],
): SettledRow[] {
  const replaced = new Set(written.map((one) => one.startsAt.getTime()))
  return [
    ...had.filter((row) => !replaced.has(row.startsAt.getTime())),
    ...written.map((one) => ({ ...one, fingerprint: one.report.fingerprint, incidentId: one.belongsTo })),
  ]
}

function settleFire<Report extends AlertReport>(
  report: Report,
  rows: readonly SettledRow[],
  now: Date,
): readonly Settlement<Report>[] {
  const at = report.startsAt.getTime()
  const exact = rows.find((row) => row.startsAt.getTime() === at)
  if (exact !== undefined) {
    const again = startAgain(exact, rows, now)
    if (again !== undefined) {
      return [{ report, status: 'firing', startsAt: again, endsAt: null, belongsTo: null, isOwn: true }]
    }
    const { status, endsAt, incidentId } = exact
    return [{ report, status, startsAt: report.startsAt, endsAt, belongsTo: incidentId, isOwn: true }]
  }
  const later = rows.find((row) => row.status === 'firing' && row.startsAt.getTime() > at)
  const covering = rows.find((row) => row.endsAt !== null && row.startsAt.getTime() <= at && at <= row.endsAt.getTime())
  const over = later?.startsAt ?? covering?.endsAt ?? null
  if (over !== null) {
    const belongsTo = (later ?? covering)?.incidentId ?? null
    return [{ report, status: 'resolved', startsAt: report.startsAt, endsAt: over, belongsTo, isOwn: true }]
  }
  const earlier = rows.filter((row) => row.status === 'firing')
  return [
    { report, status: 'firing', startsAt: report.startsAt, endsAt: null, belongsTo: null, isOwn: true },
    ...earlier.map((row) => end(report, row, report.startsAt, false)),
  ]
}

/**
 * Just after the row was last spoken of: later than all that is known, and so far in the past that the resolve of this
 * firing, by the source's clock, ends it. undefined when it fires already, or when the report was only delayed.
 */
function startAgain({ status, lastSeenAt }: SettledRow, rows: readonly SettledRow[], now: Date): Date | undefined {
  if (status === 'firing' || lastSeenAt === undefined || rows.some((row) => row.status === 'firing')) return undefined
  const isDelayed = now.getTime() - lastSeenAt.getTime() <= MOST_DELAY_MS
  return isDelayed ? undefined : new Date(lastSeenAt.getTime() + 1)
}

/** Whether one of the reports says that an alert fires of which no row says so. */
export function tellsOfFire(reports: readonly AlertReport[], known: readonly SettledRow[], now: Date): boolean {
  const firing = new Set(known.flatMap((row) => (row.status === 'firing' ? [row.fingerprint] : [])))
  return settleReports(reports, known, now).some(
    (one) => one.status === 'firing' && !firing.has(one.report.fingerprint),
  )
}

function settleResolve<Report extends AlertReport>(
  report: Report,
  rows: readonly SettledRow[],
  now: Date,
): readonly Settlement<Report>[] {
  const endsAt = report.endsAt ?? now
  const exact = rows.find((row) => row.startsAt.getTime() === report.startsAt.getTime())
  const firing = rows.filter((row) => row.status === 'firing' && row.startsAt <= endsAt && row !== exact)
  if (exact !== undefined) {
    return [end(report, exact, endsAt, true), ...firing.map((row) => end(report, row, endsAt, false))]
  }
  if (firing.length > 0) return firing.map((row) => end(report, row, endsAt, true))
  return [{ report, status: 'resolved', startsAt: report.startsAt, endsAt, belongsTo: null, isOwn: true }]
}

function end<Report extends AlertReport>(
  report: Report,
  row: SettledRow,
  endsAt: Date,
  isOwn: boolean,
): Settlement<Report> {
  return {
    report,
    status: 'resolved',
    startsAt: row.startsAt,
    endsAt: row.endsAt ?? endsAt,
    belongsTo: row.incidentId,
    isOwn,
  }
}
