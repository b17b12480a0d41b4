import type { AlertsOutcome, ChangedAlert, IncidentOutcome } from './place-alerts.ts'
import { incidentTarget } from '../incident-target.ts'
import { sealInOrder } from '../seal-in-order.ts'
import type { AuditRecord } from '../../domain/audit-entry.ts'
import { COUNTERSIGN, sourceActor } from '../../domain/actor.ts'
import type { Delivery } from '../../ports/delivery-store.ts'
import type { Deps } from '../dependencies.ts'
import type { NewTimelineEntry } from '../../domain/timeline.ts'
import type { OutboxMessage } from '../../ports/outbox.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { Stores } from '../../ports/stores.ts'

interface Told {
  readonly delivery: Delivery
  readonly outcome: AlertsOutcome
}

/** Timeline, audit, card and the search for a cause, for every incident that changed; nothing when none did. */
export async function tellOfAlerts(deps: Deps, stores: Stores, { delivery, outcome }: Told): Promise<void> {
  const { incidents } = outcome
  if (outcome.news.size === 0) return
  // None of these needs another's answer: they are sent together.
  await Promise.all([
    stores.timeline.append(incidents.flatMap((one) => timelineOf(one, delivery))),
    stores.audit.append(sealInOrder(deps, auditOf({ delivery, outcome }, deps.clock.now()))),
    stores.outbox.append(incidents.map(cardOf)),
    enqueueSearches(stores, incidents),
  ])
}

function cardOf({ incident, isOpened, isReopened }: IncidentOutcome): OutboxMessage {
  return { kind: 'card', incidentId: incident.id, priority: isOpened || isReopened ? 'result' : 'status' }
}

async function enqueueSearches(stores: Stores, incidents: readonly IncidentOutcome[]): Promise<void> {
  for (const { incident } of incidents) {
    await stores.jobs.enqueue('incident.refresh', { incidentId: incident.id }, { singletonKey: incident.id })
  }
}

const MAX_LINES = 5

function timelineOf(one: IncidentOutcome, delivery: Delivery): readonly NewTimelineEntry[] {
  const { incident, before, isOpened, isReopened } = one
  const source = sourceActor(delivery.source)
  const base = { incidentId: incident.id, origin: 'webhook' as const }
  const lines: NewTimelineEntry[] = []
  const [first] = one.changed
  if (isOpened && first !== undefined) {
    const text = `${first.prepared.symptom}${whereOf(one)}. ${incident.severity}: ${first.prepared.severityReason}`
    lines.push({ ...base, actor: source, event: 'incident.opened', text })
  }
  if (isReopened) {
    lines.push({ ...base, actor: COUNTERSIGN, event: 'incident.reopened', text: 'An alert fires again: reopened.' })
  }
  lines.push(...alertLines(one).map((line) => ({ ...base, actor: source, ...line })))
  if (before !== undefined && before.severity !== incident.severity) {
    const text = `Severity changes from ${before.severity} to ${incident.severity}, as its alerts say.`
    lines.push({ ...base, actor: COUNTERSIGN, event: 'severity.changed', text })
  }
  if (incident.quietSince !== null && before?.quietSince == null) {
    lines.push({
      ...base,
      actor: COUNTERSIGN,
      event: 'symptom.gone',
      text: 'No alert of this incident fires any more.',
    })
  }
  return lines
}

function whereOf({ incident }: IncidentOutcome): string {
  const service = incident.service === null ? '' : ` on ${incident.service}`
  return incident.environment === null ? service : `${service} in ${incident.environment}`
}

/** One line an alert, and one for all beyond the fifth; the alert that opened the incident has its line already. */
function alertLines(one: IncidentOutcome): readonly Pick<NewTimelineEntry, 'event' | 'text'>[] {
  const toTell = one.isOpened ? one.changed.slice(1) : one.changed
  const lines = toTell.slice(0, MAX_LINES).map(alertLine)
  const more = toTell.length - lines.length
  return more > 0 ? [...lines, { event: 'alert.joined', text: `${more} more alerts changed.` }] : lines
}

function alertLine(one: ChangedAlert): Pick<NewTimelineEntry, 'event' | 'text'> {
  if (one.alert.status === 'resolved') return { event: 'alert.resolved', text: `${one.alert.name} is resolved.` }
  return { event: 'alert.joined', text: `${one.prepared.symptom}. ${one.reason}`.trim() }
}

const MAX_FINGERPRINTS = 50

function auditOf({ delivery, outcome }: Told, now: Date): readonly AuditRecord[] {
  const base = {
    actor: sourceActor(delivery.source),
    origin: 'webhook' as const,
    outcome: 'success' as const,
    receivedAt: now.toISOString(),
  }
  const newest = [...outcome.news]
    .map(({ startsAt }) => startsAt.getTime())
    .reduce((left, right) => Math.max(left, right), 0)
  const [only, ...others] = outcome.incidents
  const received: AuditRecord = {
    ...base,
    event: 'alerts.received',
    alertFingerprints: [...outcome.news].slice(0, MAX_FINGERPRINTS).map((alert) => alert.fingerprint),
    ...(newest === 0 ? {} : { sourceTs: new Date(newest).toISOString() }),
    ...(only === undefined || others.length > 0 ? {} : { incidentId: only.incident.id }),
    details: {
      bodyHash: sha256Hex(delivery.body),
      new: outcome.news.size,
      incidents: outcome.incidents.map((one) => one.incident.id),
      fingerprints: [...outcome.news].slice(0, MAX_FINGERPRINTS).map((alert) => alert.fingerprint),
    },
  }
  return [received, ...outcome.incidents.flatMap((one) => incidentRecords(one, base))]
}

function incidentRecords(
  { incident, isOpened, isReopened, changed }: IncidentOutcome,
  base: Pick<AuditRecord, 'actor' | 'origin' | 'outcome' | 'receivedAt'>,
): readonly AuditRecord[] {
  if (!isOpened && !isReopened) return []
  return [
    {
      ...base,
      event: isOpened ? 'incident.opened' : 'incident.reopened',
      incidentId: incident.id,
      alertFingerprints: [...new Set(changed.map(({ alert }) => alert.fingerprint))].slice(0, MAX_FINGERPRINTS),
      target: incidentTarget(incident),
      details: { title: incident.title, severity: incident.severity },
    },
  ]
}
