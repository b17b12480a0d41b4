import { clockTime } from '../../summaries/wording.ts'
import { factText } from './evidence-text.ts'
import { leadingAlert } from '../../summaries/describe-symptom.ts'
import type { Alert } from '../../domain/alert.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const MOST_GROUPS = 10

/** The alerts themselves, one piece for each name and service: a storm of one kind is one fact. */
export function alertEvidence(incidentId: string, alerts: readonly Alert[]): readonly NewEvidence[] {
  const groups = Map.groupBy(alerts, (alert) => `${alert.name} ${alert.service ?? ''}`)
  return [...groups].slice(0, MOST_GROUPS).flatMap(([group, members]) => {
    const alert = leadingAlert(members)
    return alert === undefined ? [] : [toEvidence(incidentId, group, alert, members)]
  })
}

function toEvidence(incidentId: string, group: string, alert: Alert, members: readonly Alert[]): NewEvidence {
  const firing = members.filter((one) => one.status === 'firing').length
  const since = members.reduce((first, one) => (one.startsAt < first ? one.startsAt : first), alert.startsAt)
  const on = alert.service === null ? '' : ` on ${factText(alert.service, 80)}`
  const state =
    firing > 0 ? `fires${on} since ${clockTime(since)}` : `fired${on} at ${clockTime(since)} and is resolved`
  const count = members.length === 1 ? '' : ` (${String(firing)} of ${String(members.length)} fire)`
  const told = alert.annotations['summary'] ?? alert.annotations['description'] ?? ''
  return {
    incidentId,
    key: `alert:${group}`,
    kind: 'alert',
    source: alert.source,
    at: since,
    fact: `${factText(alert.name, 100)} ${state}${count}${told === '' ? '' : `: ${factText(told, 200)}`}`,
    url: null,
    data: { name: alert.name, service: alert.service, firing, total: members.length, severity: alert.severity },
  }
}
