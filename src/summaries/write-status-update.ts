import { clockTime, nameSome } from './wording.ts'
import type { IncidentState } from '../domain/incident.ts'
import type { IncidentView, SummarySentence } from '../domain/incident-view.ts'
import type { RunState } from '../domain/run.ts'
import type { TextSection } from './text-section.ts'

const STATES: Readonly<Record<IncidentState, string>> = {
  open: 'It has been noticed, and nobody has taken it up yet.',
  acknowledged: 'People are working on it.',
  mitigated: 'It is no longer felt; people watch whether it stays so.',
  resolved: 'It is over.',
}

const STILL_FELT = 'It was taken for over, and alarms still sound.'

const REPAIRS: Readonly<Record<RunState, string>> = {
  queued: 'A repair is about to start.',
  running: 'A repair is under way.',
  waiting: 'A repair is under way.',
  unknown: 'A repair was begun; people check what became of it.',
  succeeded: 'A repair was carried out.',
  failed: 'A repair was tried and failed.',
  stopped: 'A repair was stopped.',
  undone: 'A repair was tried and taken back.',
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
  if ((view.state === 'mitigated' || view.state === 'resolved') && view.alerts.firing === 0) {
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

/** Nobody is told that it is over while alarms sound. */
function stateOf(view: IncidentView): SummarySentence {
  const isOver = view.state === 'mitigated' || view.state === 'resolved'
  return of(view, isOver && view.alerts.firing > 0 ? STILL_FELT : STATES[view.state])
}

function activity(view: IncidentView): readonly SummarySentence[] {
  if (view.state === 'resolved') return []
  const { run, proposal } = view
  return [
    ...(run === null ? [] : [of(view, REPAIRS[run.state], run.id)]),
    ...(proposal?.state === 'pending' ? [of(view, 'A repair is prepared and waits for approval.', proposal.id)] : []),
  ]
}

function of(view: IncidentView, text: string, id: string = view.id): SummarySentence {
  return { text, evidence: [id] }
}
