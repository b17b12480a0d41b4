import { assessSeverity } from '../../triage/assess-severity.ts'
import { dependentsOf } from '../../domain/service-catalog.ts'
import { describeActivity } from './describe-activity.ts'
import { describeSymptom } from '../../summaries/describe-symptom.ts'
import { nameOf } from './view-proposal.ts'
import { redactText } from '../../audit/redact.ts'
import { viewFeedback } from './view-feedback.ts'
import { writeSummary } from '../../summaries/write-summary.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentRecords } from './incident-records.ts'
import type { Run } from '../../domain/run.ts'
import type { SummarySentence } from '../../domain/incident-view.ts'

/** The six facts of an incident, from its records alone. */
export function writeFacts(
  deps: Pick<Deps, 'catalog' | 'directory'>,
  records: IncidentRecords,
): readonly SummarySentence[] {
  const { incident, alerts, counts, findings, evidence, proposal, runs } = records
  const { service, environment, severity, onsetAt, quietSince, state } = incident
  const asOf = newestMoment(records)
  const commander = incident.assignments['commander']
  return writeSummary({
    ...{ service, environment, severity, onsetAt, quietSince, asOf },
    isSeverityAssumed: isSeverityAssumed(records),
    symptom: symptomOf(records),
    isOver: state === 'mitigated' || state === 'resolved',
    alerts: counts,
    alertNames: [...new Set(alerts.map((alert) => alert.name))],
    dependents: service === null ? [] : dependentsOf(deps.catalog, service),
    isCollecting: isCollecting(records),
    ...{ suspects: findings.suspects, unknownCause: findings.unknownCause, unreachable: findings.unreachable },
    isDisputed: isDisputed(records),
    activity: describeActivity({
      ...{ incident, proposal, asOf, run: newestRun(runs), runProposal: records.runProposal },
      isStepAsked: records.approvals.asked !== undefined,
      commanderName: commander === undefined ? null : nameOf(commander, deps.directory),
      isCollecting: isCollecting(records),
    }),
    evidence,
  })
}

export function isCollecting({ findings, incident }: IncidentRecords): boolean {
  return findings.collectedAt === null && incident.state !== 'resolved'
}

/** Alert texts may hold secrets that a card would spread. */
export function symptomOf({ alerts, incident }: IncidentRecords): string {
  return redactText(describeSymptom(alerts, incident.title)).value
}

export function newestRun(runs: readonly Run[]): Run | undefined {
  return runs.toSorted((left, right) => right.createdAt.getTime() - left.createdAt.getTime())[0]
}

/** A default that nobody chose is not how bad it is. */
function isSeverityAssumed({ incident, alerts }: IncidentRecords): boolean {
  return (
    !incident.severityPinned && alerts.every(({ labels }) => assessSeverity(labels, null).reason.rule === 'assumed')
  )
}

function isDisputed({ incident, findings, feedback }: IncidentRecords): boolean {
  const cause = viewFeedback(incident, findings, feedback).find(({ question }) => question === 'cause')
  return cause !== undefined && cause.counts.no > cause.counts.yes
}

/** Nothing depends on the time of the call: what the record knows last is taken for now. */
function newestMoment({ incident, alerts, runs, evidence }: IncidentRecords): Date {
  const { updatedAt, onsetAt, quietSince, mitigatedAt, resolvedAt } = incident
  const moments = [
    ...[updatedAt, onsetAt, quietSince, mitigatedAt, resolvedAt],
    ...alerts.map((alert) => alert.lastSeenAt),
    ...runs.map((run) => run.finishedAt ?? run.createdAt),
    ...evidence.map((piece) => piece.at),
  ]
  return new Date(Math.max(...moments.map((moment) => moment?.getTime() ?? 0)))
}
