import { clockTime, nameSome } from './wording.ts'
import type { IncidentState } from '../domain/incident.ts'
import type { IncidentView, SummarySentence } from '../domain/incident-view.ts'
import type { TextSection } from './text-section.ts'

const STATES: Readonly<Record<IncidentState, string>> = {
  open: 'It has been noticed, and nobody has taken it up yet.',
  acknowledged: 'People are working on it.',
  mitigated: 'It is no longer felt; people watch whether it stays so.',
  resolved: 'It is over.',
}

/** For people who do not know the systems: what is affected, since when, and what is being done; no causes, no names. */
export function writeStatusUpdate(view: IncidentView, dependents: readonly string[]): readonly TextSection[] {
  return [
    { title: 'Status', sentences: [affected(view), ...mayFeel(view, dependents), stateOf(view), ...activity(view)] },
  ]
}

function affected(view: IncidentView): SummarySentence {
  const what = view.service ?? 'A service that is not named'
  const where = view.environment === null ? '' : ` in ${view.environment}`
  const end = view.resolvedAt ?? view.mitigatedAt
  if (view.state === 'mitigated' || view.state === 'resolved') {
    const until = end === null ? '' : ` until ${clockTime(end)}`
    return of(view, `${what}${where} had a problem from ${clockTime(view.onsetAt)}${until}.`)
  }
  return of(view, `${what}${where} has a problem since ${clockTime(view.onsetAt)}.`)
}

function mayFeel(view: IncidentView, dependents: readonly string[]): readonly SummarySentence[] {
  if (dependents.length === 0) return []
  const verb = view.state === 'resolved' ? 'may have felt it' : 'may feel it'
  return [of(view, `${nameSome(dependents, 3)} ${verb} as well.`)]
}

function stateOf(view: IncidentView): SummarySentence {
  return of(view, STATES[view.state])
}

function activity(view: IncidentView): readonly SummarySentence[] {
  if (view.state === 'resolved') return []
  if (view.run?.state === 'running') return [of(view, 'A repair is under way.', view.run.id)]
  if (view.run?.state === 'succeeded') return [of(view, 'A repair was carried out.', view.run.id)]
  const { proposal } = view
  return proposal?.state === 'pending' ? [of(view, 'A repair is prepared and waits for approval.', proposal.id)] : []
}

function of(view: IncidentView, text: string, id: string = view.id): SummarySentence {
  return { text, evidence: [id] }
}
