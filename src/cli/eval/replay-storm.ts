import { mayTakeFiringAlert, QUIET_MS } from '../../triage/symptom-state.ts'
import { fingerprintAlert } from '../../triage/fingerprint.ts'
import { groupAlerts } from '../../triage/group-alerts.ts'
import type { GroupingFeature } from '../../triage/relate-alert.ts'
import type { Assignment, GroupableAlert, JoinableIncident, KnownAlert } from '../../triage/group-alerts.ts'
import type { AlertCase } from './alert-systems.ts'
import { salvageSettings } from '../../config/configuration-file.ts'
import { RECENT_MS } from '../../domain/recent-alerts.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

export interface StormAlert extends GroupableAlert {
  /** For scoring; grouping does not see it. */
  readonly caseId: string
}

/** As Alertmanager waits before it sends what came together (`group_wait`). */
const BUNDLE_MS = 30_000
/** The grouping window of a configuration that says nothing else. */
const WINDOW_MS = salvageSettings({}).grouping.window

interface Opened {
  readonly id: string
  readonly environment: string | null
  readonly openedAt: Date
  /** In the order of the times they were seen at. */
  readonly alerts: { readonly alert: StormAlert; readonly seenAt: Date }[]
  readonly services: Set<string>
  readonly names: Set<string>
}

/** What alerts of one environment look like when they come in; the fault's id is hidden from grouping. */
export function toStorm(
  cases: readonly AlertCase[],
  environment: string | null,
  serviceOf: ReadonlyMap<string, string>,
): readonly StormAlert[] {
  return cases.flatMap((one) =>
    one.alerts.map((alert) => {
      const { kind, entity, caller, what, direction } = alert
      const labels = { environment: environment ?? '', kind, entity, caller: caller ?? '', what, direction }
      return {
        ...{ fingerprint: fingerprintAlert('eval', labels), status: 'firing' as const, name: what, environment },
        ...{ service: serviceOf.get(entity) ?? entity, startsAt: alert.at, belongsTo: null, caseId: one.id },
      }
    }),
  )
}

/**
 * Delivers the alerts in bundles, groups each with the function that intake uses, and keeps what intake would have
 * stored. Each alert is over as soon as it was seen, since the data do not say until when it lasted; nobody touches the
 * incidents, so that ten quiet minutes end them. Answers with the incident of each alert.
 */
export function replayStorm(
  alerts: readonly StormAlert[],
  catalog: ServiceCatalog,
  features?: readonly GroupingFeature[],
): readonly string[] {
  const incidents: Opened[] = []
  const homes = new Map<StormAlert, string>()
  for (const { now, bundle } of bundles(alerts)) {
    const current = incidents.filter((one) => mayTakeFiringAlert(toIncident(one, now), now, WINDOW_MS))
    const joinable = current.map((one) => toJoinable(one, now))
    const known = current.flatMap(toKnown)
    const assignments = groupAlerts({ alerts: bundle, joinable, known, catalog, windowMs: WINDOW_MS, now }, features)
    const opened = new Map<number, Opened>()
    for (const placed of assignments) {
      const target = findHome(placed, { incidents, opened, now })
      keep(target, placed.alert, now)
      homes.set(placed.alert, target.id)
    }
  }
  return alerts.map((alert) => homes.get(alert) ?? '')
}

function keep(incident: Opened, alert: StormAlert, seenAt: Date): void {
  incident.alerts.push({ alert, seenAt })
  incident.names.add(alert.name)
  if (alert.service !== null) incident.services.add(alert.service)
}

interface Stored {
  readonly incidents: Opened[]
  /** Of this delivery, by the number of the group. */
  readonly opened: Map<number, Opened>
  readonly now: Date
}

function findHome(placed: Assignment<StormAlert>, { incidents, opened, now }: Stored): Opened {
  const home =
    placed.to === 'incident'
      ? incidents.find(({ id }) => id === placed.incidentId)
      : placed.to === 'new'
        ? opened.get(placed.group)
        : undefined
  if (home !== undefined) return home
  const fresh: Opened = {
    ...{ id: `INC-${String(incidents.length + 1)}`, environment: placed.alert.environment, openedAt: now },
    ...{ alerts: [], services: new Set(), names: new Set() },
  }
  incidents.push(fresh)
  if (placed.to === 'new') opened.set(placed.group, fresh)
  return fresh
}

interface Bundle {
  readonly now: Date
  readonly bundle: readonly StormAlert[]
}

/** The first alert that waits starts the wait, in each environment by itself. */
function bundles(alerts: readonly StormAlert[]): readonly Bundle[] {
  const found: Bundle[] = []
  for (const own of Map.groupBy(alerts, (alert) => alert.environment).values()) {
    let waiting: StormAlert[] = []
    let until = -Infinity
    for (const alert of own.toSorted((left, right) => left.startsAt.getTime() - right.startsAt.getTime())) {
      if (alert.startsAt.getTime() >= until) {
        if (waiting.length > 0) found.push({ now: new Date(until), bundle: waiting })
        waiting = []
        until = alert.startsAt.getTime() + BUNDLE_MS
      }
      waiting.push(alert)
    }
    if (waiting.length > 0) found.push({ now: new Date(until), bundle: waiting })
  }
  return found.toSorted((left, right) => left.now.getTime() - right.now.getTime())
}

function toIncident({ id, environment, openedAt, alerts }: Opened, now: Date): JoinableIncident['incident'] {
  const lastAlertAt = alerts.at(-1)?.seenAt ?? openedAt
  const quietUntil = new Date(lastAlertAt.getTime() + QUIET_MS)
  const isMitigated = now.getTime() >= quietUntil.getTime()
  return {
    ...{ id, environment, openedAt, service: alerts[0]?.alert.service ?? null },
    ...{ state: isMitigated ? 'mitigated' : 'open', quietSince: lastAlertAt, resolvedAt: null },
    ...{ mitigatedAt: isMitigated ? quietUntil : null, updatedAt: isMitigated ? quietUntil : lastAlertAt },
  }
}

function toJoinable(one: Opened, now: Date): JoinableIncident {
  const { alerts, openedAt } = one
  const older = alerts.findLastIndex(({ seenAt }) => now.getTime() - seenAt.getTime() > RECENT_MS)
  return {
    incident: toIncident(one, now),
    services: [...one.services],
    alertNames: [...one.names],
    lastAlertAt: alerts.at(-1)?.seenAt ?? openedAt,
    recentAlerts: alerts.length - 1 - older,
  }
}

function toKnown({ id, alerts }: Opened): readonly KnownAlert[] {
  return alerts.map(({ alert }) => ({ fingerprint: alert.fingerprint, startsAt: alert.startsAt, incidentId: id }))
}
