import type { Assignment, GroupableAlert } from '../../triage/group-alerts.ts'
import { CLOSED_STATES } from '../incident-moves.ts'
import type { GroupingContext, NewAlert, UpsertedAlert } from '../../ports/alert-store.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentPatch, NewIncident } from '../../ports/incident-store.ts'
import type { PreparedAlert } from './prepare-alerts.ts'
import { rowKey } from '../../triage/settle-reports.ts'
import type { Settlement } from '../../triage/settle-reports.ts'
import type { Stores } from '../../ports/stores.ts'
import { worstSeverity } from '../../triage/assess-severity.ts'

export interface PlacedAlert extends GroupableAlert {
  readonly settlement: Settlement<PreparedAlert>
}

export interface Placement {
  readonly settled: readonly Settlement<PreparedAlert>[]
  readonly assignments: readonly Assignment<PlacedAlert>[]
  readonly context: GroupingContext
}

export interface ChangedAlert extends UpsertedAlert {
  /** Why it went to its incident. */
  readonly reason: string
  readonly prepared: PreparedAlert
}

/** What happened to one incident. */
export interface IncidentOutcome {
  readonly incident: Incident
  /** As it was; undefined when this delivery opened it, or when it was closed long ago. */
  readonly before: Incident | undefined
  readonly isOpened: boolean
  readonly isReopened: boolean
  readonly changed: readonly ChangedAlert[]
}

export interface AlertsOutcome {
  readonly incidents: readonly IncidentOutcome[]
  /** The reports that told something new. */
  readonly news: ReadonlySet<PreparedAlert>
}

/** Opens what is to be opened, writes the alerts, and brings every incident they changed up to date. */
export async function placeAlerts(stores: Stores, placement: Placement): Promise<AlertsOutcome> {
  const { openings, numbers } = openingsOf(placement.assignments)
  const homes = new Map(placement.assignments.map((one) => [one.alert.settlement, homeOf(one, numbers)]))
  const written = await stores.alerts.upsert(
    placement.settled.map((one) => toNewAlert(one, homes.get(one) ?? { incidentId: one.belongsTo })),
    openings,
  )
  const opened = new Map(written.opened.map((incident) => [incident.id, incident]))
  const changed = changesOf(written.alerts, placement)
  const byIncident = Map.groupBy(
    changed.filter((one) => one.alert.incidentId !== null),
    (one) => one.alert.incidentId ?? '',
  )
  const quiet = await holdQuiet(stores, byIncident)
  const incidents: IncidentOutcome[] = []
  for (const [id, alerts] of byIncident) {
    const before = placement.context.joinable.find((one) => one.incident.id === id)?.incident
    const patch = patchOf({ alerts, before, isQuiet: quiet.has(id), now: placement.context.now })
    incidents.push(await updateIncident(stores, { id, fresh: opened.get(id), before, patch, alerts }))
  }
  return { incidents, news: new Set(changed.map((one) => one.prepared)) }
}

interface Openings {
  readonly openings: readonly NewIncident[]
  /** The group's index among the openings. */
  readonly numbers: ReadonlyMap<number, number>
}

/** One incident a group; it is named after the alert that began first. */
function openingsOf(assignments: readonly Assignment<PlacedAlert>[]): Openings {
  const openings: NewIncident[] = []
  const numbers = new Map<number, number>()
  const groups = Map.groupBy(
    assignments.filter((one) => one.to === 'new'),
    (one) => one.group,
  )
  for (const [group, members] of groups) {
    const alerts = members.map((one) => one.alert.settlement.report)
    const [first] = alerts
    if (first === undefined) continue
    numbers.set(group, openings.length)
    openings.push({
      title: first.symptom,
      service: first.service,
      environment: first.environment,
      severity: alerts.map((alert) => alert.severity).reduce(worstSeverity),
      origin: 'alerts',
      onsetAt: earliest(alerts.map((alert) => alert.startsAt)),
    })
  }
  return { openings, numbers }
}

type Home = Pick<NewAlert, 'incidentId' | 'opens'>

function homeOf(assignment: Assignment<PlacedAlert>, numbers: ReadonlyMap<number, number>): Home | undefined {
  switch (assignment.to) {
    case 'incident':
      return { incidentId: assignment.incidentId }
    case 'new':
      return { incidentId: null, opens: numbers.get(assignment.group) ?? null }
    case 'none':
      return undefined
  }
}

function toNewAlert(one: Settlement<PreparedAlert>, home: Home): NewAlert {
  const { report, status, startsAt, endsAt } = one
  return { ...report, ...home, status, startsAt, endsAt }
}

function changesOf(written: readonly UpsertedAlert[], placement: Placement): readonly ChangedAlert[] {
  const settlements = new Map(placement.settled.map((one) => [rowKey(one.report.fingerprint, one.startsAt), one]))
  const reasons = new Map(placement.assignments.map((one) => [one.alert.settlement, one.reason.text]))
  return written.flatMap((one) => {
    const settlement = settlements.get(rowKey(one.alert.fingerprint, one.alert.startsAt))
    if (settlement === undefined || one.became === 'repeated') return []
    return [{ ...one, prepared: settlement.report, reason: reasons.get(settlement) ?? '' }]
  })
}

/**
 * Incidents among these of which nothing fires any more; only those that something ended for are asked about. They are
 * held: an alert of another service that joins one of them meanwhile waits, or is counted.
 */
async function holdQuiet(
  stores: Stores,
  byIncident: ReadonlyMap<string, readonly ChangedAlert[]>,
): Promise<ReadonlySet<string>> {
  const candidates = [...byIncident].filter(([, alerts]) => !alerts.some(isNewlyFiring)).map(([id]) => id)
  return candidates.length === 0 ? new Set() : stores.alerts.holdQuiet(candidates)
}

function isNewlyFiring(one: ChangedAlert): boolean {
  return one.became === 'new' && one.alert.status === 'firing'
}

interface PatchInput {
  readonly alerts: readonly ChangedAlert[]
  readonly before: Incident | undefined
  readonly isQuiet: boolean
  readonly now: Date
}

function patchOf({ alerts, before, isQuiet, now }: PatchInput): IncidentPatch {
  const firing = alerts.filter(isNewlyFiring).map((one) => one.alert)
  if (firing.length === 0) return isQuiet && before?.quietSince == null ? { quietSince: now } : {}
  if (before === undefined) return {}
  const severity = firing.map((alert) => alert.severity).reduce(worstSeverity, before.severity)
  return {
    quietSince: null,
    ...(severity === before.severity ? {} : { severity }),
    onsetAt: earliest([before.onsetAt, ...firing.map((alert) => alert.startsAt)]),
  }
}

interface UpdateInput {
  readonly id: string
  /** As this delivery opened it. */
  readonly fresh: Incident | undefined
  readonly before: Incident | undefined
  readonly patch: IncidentPatch
  readonly alerts: readonly ChangedAlert[]
}

/** The patch answers with the state of this moment: a person may have closed the incident since it was read. */
async function updateIncident(stores: Stores, input: UpdateInput): Promise<IncidentOutcome> {
  const { id, fresh, before, patch, alerts } = input
  const isUntouched = fresh !== undefined && Object.keys(patch).length === 0
  const patched = isUntouched ? fresh : await stores.incidents.patch(id, patch)
  if (patched === undefined) throw new Error(`Alerts belong to ${id}, which does not exist.`)
  const mustReopen = alerts.some(isNewlyFiring) && CLOSED_STATES.includes(patched.state)
  const reopened = mustReopen ? await stores.incidents.move(id, CLOSED_STATES, 'open') : undefined
  return {
    incident: reopened ?? patched,
    before,
    isOpened: fresh !== undefined,
    isReopened: reopened !== undefined,
    changed: alerts,
  }
}

function earliest(dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map((date) => date.getTime())))
}
