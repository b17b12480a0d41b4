import { describeStepOutcome } from '../../domain/describe-step-outcome.ts'
import { factText } from '../refresh/evidence-text.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'

const MOST_TIMELINE = 12

/** Our own record as pieces that a sentence can cite: the incident, its proposal and run, and its last entries. */
export function recordPieces(view: IncidentView, timeline: readonly TimelineEntry[]): readonly Evidence[] {
  const { proposal, run } = view
  const piece = (id: string, at: Date, fact: string): Evidence => ({
    ...{ id, incidentId: view.id, kind: 'note', source: 'countersign', at, url: null, data: {} },
    fact: factText(fact),
  })
  return [
    piece(
      view.id,
      view.updatedAt,
      `${view.id} is ${view.state}, ${view.severity}; ${String(view.alerts.firing)} of ${String(view.alerts.distinct)} alerts fire; impact: ${view.impact.join('; ')}`,
    ),
    ...(proposal === null
      ? []
      : [piece(proposal.id, proposal.createdAt, `${proposal.id} is ${proposal.state}, tier ${String(proposal.tier)}`)]),
    ...(run === null ? [] : [piece(run.id, run.finishedAt ?? run.startedAt ?? view.updatedAt, runFact(run))]),
    ...timeline.slice(-MOST_TIMELINE).map((entry) => piece(`TL-${entry.id}`, entry.at, entry.text)),
  ]
}

function runFact(run: NonNullable<IncidentView['run']>): string {
  const steps = run.steps.map((step) => `${step.id} ${describeStepOutcome(step)}`)
  return `${run.id} ${run.state}: ${steps.join(', ')}`
}
