import { describeStepOutcome } from '../domain/describe-step-outcome.ts'
import { clockTime, shortRevision } from './wording.ts'
import { chance } from '../kernel/percent.ts'
import { describeDuration } from '../kernel/duration.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { IncidentView, RunView, SummarySentence } from '../domain/incident-view.ts'
import type { TextSection } from './text-section.ts'
import type { TimelineEntry } from '../domain/timeline.ts'

export interface PostmortemFacts {
  readonly view: IncidentView
  readonly evidence: readonly Evidence[]
  readonly timeline: readonly TimelineEntry[]
}

const MOST_TIMELINE = 20
const MOST_REASONS = 3

/**
 * The draft of a post-mortem as the record alone writes it: what happened, for how long, what changed, what was done and
 * what is left. What people learn from it is theirs to write, and the draft says so.
 */
export function writePostmortem(facts: PostmortemFacts): readonly TextSection[] {
  const { view } = facts
  return [
    { title: 'What happened', sentences: view.facts },
    { title: 'Impact', sentences: [duration(view), ...view.impact.map((text) => of(view.id, `${text}.`))] },
    { title: 'Likely cause', sentences: cause(facts) },
    { title: 'What was done', sentences: view.run === null ? [of(view.id, 'No playbook ran.')] : done(view.run) },
    { title: 'Timeline', sentences: timelineOf(facts.timeline) },
    { title: 'Left to do', sentences: view.followUps.map((text) => of(view.id, text)) },
  ].filter(({ sentences }) => sentences.length > 0)
}

function duration(view: IncidentView): SummarySentence {
  const end = view.mitigatedAt ?? view.resolvedAt
  const lasted =
    end === null
      ? 'and is not over'
      : `until ${clockTime(end)}, for ${describeDuration(end.getTime() - view.onsetAt.getTime())}`
  return of(
    view.id,
    `It began at ${clockTime(view.onsetAt)} on ${view.onsetAt.toISOString().slice(0, 10)} ${lasted}, as ${view.severity}.`,
  )
}

function cause({ view, evidence }: PostmortemFacts): readonly SummarySentence[] {
  const [suspect] = view.suspects
  if (suspect === undefined) return [of(view.id, `The cause is unknown: ${view.unknownCause ?? 'no change is known.'}`)]
  const cited = evidence.filter((piece) => piece.data['changeId'] === suspect.changeId).map((piece) => piece.id)
  const ids = cited.length === 0 ? [suspect.changeId] : cited
  const version = suspect.revision === null ? '' : ` to ${shortRevision(suspect.revision)}`
  const named = `The ${suspect.kind} of ${suspect.service}${version} at ${clockTime(suspect.at)} (${chance(suspect.probability)}).`
  const reasons = suspect.reasons.slice(0, MOST_REASONS).map((reason) => reason.text)
  return [named, ...reasons].map((text) => ({ text, evidence: ids }))
}

function done(run: RunView): readonly SummarySentence[] {
  const steps = run.steps.map((step) => `${step.id} (${step.uses}): ${describeStepOutcome(step)}.`)
  return [`${run.id} of ${run.proposalId}: ${run.state}.`, ...steps].map((text) => of(run.id, text))
}

function timelineOf(timeline: readonly TimelineEntry[]): readonly SummarySentence[] {
  const shown = timeline.slice(-MOST_TIMELINE)
  const left = timeline.length - shown.length
  const rows = shown.map((entry) => of(`TL-${entry.id}`, `${clockTime(entry.at)} ${entry.actor.name}: ${entry.text}`))
  return left === 0
    ? rows
    : [of(shown[0] === undefined ? '' : `TL-${shown[0].id}`, `${String(left)} earlier entries are left out.`), ...rows]
}

function of(id: string, text: string): SummarySentence {
  return { text, evidence: [id] }
}
