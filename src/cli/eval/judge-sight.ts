import { judgeIncident } from './judge-incident.ts'
import { groupAlerts } from '../../triage/group-alerts.ts'
import { prepareAlert } from '../../orchestrator/ingest/prepare-alerts.ts'
import { worstSeverity } from '../../triage/assess-severity.ts'
import type { Alert, IncomingAlert } from '../../domain/alert.ts'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Incident } from '../../domain/incident.ts'
import type { JudgeMeans } from './judge-incident.ts'
import type { PreparedAlert } from '../../orchestrator/ingest/prepare-alerts.ts'
import type { ScoredSuspects } from '../../changes/score-suspects.ts'

/** What is known at one moment. */
export interface JudgedSight {
  readonly now: Date
  readonly alerts: readonly IncomingAlert[]
  readonly changes: readonly ChangeEvent[]
}

export interface Judgement {
  readonly service: string | null
  readonly alerts: readonly Alert[]
  readonly scored: ScoredSuspects
  /** What would be proposed, on which service, and how sure of it; null where nothing is. */
  readonly proposed: { readonly playbook: string; readonly service: string | null; readonly confidence: number } | null
}

/**
 * Alerts to incidents, changes to suspects, suspects to a playbook: by the functions that intake, refresh and proposal
 * use, in their order, without a database between. Targets are not asked, so plans count as made.
 */
export function judgeSight(means: JudgeMeans, sight: JudgedSight): readonly Judgement[] {
  const { catalog, settings } = means
  const prepared = sight.alerts.map((alert) => prepareAlert({ settings, catalog }, alert))
  const assignments = groupAlerts({
    alerts: prepared.map((alert) => ({ ...alert, belongsTo: null })),
    ...{ joinable: [], known: [], catalog, windowMs: settings.groupingWindowMs, now: sight.now },
  })
  const groups = Map.groupBy(
    assignments.filter((one) => one.to === 'new'),
    (one) => one.group,
  )
  return [...groups.values()].map((members) =>
    judgeGroup(
      means,
      sight,
      members.map(({ alert }) => alert),
    ),
  )
}

function judgeGroup(means: JudgeMeans, sight: JudgedSight, group: readonly PreparedAlert[]): Judgement {
  const alerts = group.map((alert, index) => toAlert(alert, index, sight.now))
  const incident = incidentOf(group, sight.now)
  const { scored, candidates } = judgeIncident(means, {
    ...{ incident, alerts, changes: sight.changes, judged: new Map(), now: sight.now },
  })
  const [chosen] = candidates
  const proposed =
    chosen === undefined
      ? null
      : {
          playbook: chosen.playbook.name,
          service: chosen.suspect?.service ?? incident.service,
          confidence: chosen.confidence,
        }
  return { service: incident.service, alerts, scored, proposed }
}

/** As place-alerts.ts opens it: named after the alert that began first. */
function incidentOf(group: readonly PreparedAlert[], now: Date): Incident {
  const [first] = group
  const never = { acknowledgedAt: null, mitigatedAt: null, resolvedAt: null, quietSince: null }
  return {
    ...never,
    id: 'INC-0',
    title: first?.symptom ?? '',
    service: first?.service ?? null,
    environment: first?.environment ?? null,
    severity: group.map((alert) => alert.severity).reduce(worstSeverity),
    ...{ severityPinned: false, state: 'open', origin: 'alerts', assignments: {} },
    onsetAt: new Date(Math.min(...group.map((alert) => alert.startsAt.getTime()))),
    ...{ openedAt: now, updatedAt: now },
  }
}

function toAlert(alert: PreparedAlert, index: number, now: Date): Alert {
  return { ...alert, id: String(index), incidentId: 'INC-0', repeats: 0, lastSeenAt: now }
}
