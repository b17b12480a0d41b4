import { clockTime, plural, shortRevision } from '../../summaries/wording.ts'
import { describeDuration } from '../../kernel/duration.ts'
import { factText } from './evidence-text.ts'
import { printSource } from './ask-source.ts'
import type { ChangeEvent, Suspect } from '../../domain/change-event.ts'
import type { Focus } from './focus.ts'
import type { Incident } from '../../domain/incident.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

const MOST_CHANGES = 5

/** The changes that were weighed, the most suspect first, each as a fact of its own. */
export function changeEvidence(
  incidentId: string,
  considered: readonly Pick<Suspect, 'changeId'>[],
  changes: readonly ChangeEvent[],
): readonly NewEvidence[] {
  return considered.slice(0, MOST_CHANGES).flatMap((suspect) => {
    const change = changes.find((one) => one.id === suspect.changeId)
    return change === undefined ? [] : [toEvidence(incidentId, change)]
  })
}

function toEvidence(incidentId: string, change: ChangeEvent): NewEvidence {
  return {
    incidentId,
    key: `change:${change.id}`,
    kind: 'change',
    source: [...new Set(change.sources.map((one) => printSource(one.source)))].join(', ') || 'change report',
    at: change.at,
    fact: factText(describeChange(change)),
    url: change.url,
    data: { changeId: change.id, service: change.service, kind: change.kind, revision: change.revision },
  }
}

function describeChange(change: ChangeEvent): string {
  const version = change.revision === null ? '' : ` to ${shortRevision(change.revision)}`
  const before = change.previous?.revision ?? null
  const from = before === null ? '' : ` from ${shortRevision(before)}`
  const by = change.actor === null ? '' : ` by ${change.actor}`
  const outcome = change.outcome === null ? '' : `, ${change.outcome.replace('_', ' ')}`
  const summary = change.summary === null ? '' : `: ${change.summary}`
  return `${change.id}: ${change.kind} of ${change.service}${version}${from} at ${clockTime(change.at)}${by}${outcome}${summary}`
}

/** What was searched and what was not, so that "no change found" is a fact that can be judged. */
export function searchEvidence(
  incident: Incident,
  focus: Focus,
  search: {
    readonly considered: number
    readonly lookbackMs: number
    readonly searched: readonly string[]
    readonly unreachable: readonly string[]
  },
  at: Date,
): NewEvidence {
  const window = `within ${describeDuration(search.lookbackMs)} before ${clockTime(incident.onsetAt)}`
  const where =
    focus.failing.length === 0 ? 'any service' : `${focus.failing.slice(0, 3).join(', ')} and what is connected`
  const sources = ['reports received', ...search.searched]
  const missing = search.unreachable.length === 0 ? '' : `; not reached: ${search.unreachable.join(', ')}`
  const count = search.considered === 0 ? 'No change' : plural(search.considered, 'change')
  return {
    incidentId: incident.id,
    key: 'change-search',
    kind: 'note',
    source: 'countersign',
    at,
    fact: factText(`${count} of ${where} ${window}, by ${sources.join(', ')}${missing}`),
    url: null,
    data: { considered: search.considered, services: focus.around, lookbackMs: search.lookbackMs },
  }
}
