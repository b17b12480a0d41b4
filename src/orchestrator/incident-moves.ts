import { INCIDENT_MOVES, INCIDENT_STATES } from '../domain/incident.ts'
import type { IncidentState } from '../domain/incident.ts'

/** Nobody works on it any more; an alert that fires again soon enough reopens it. */
export const CLOSED_STATES: readonly IncidentState[] = ['mitigated', 'resolved']

/** The states from which the machine of domain/incident.ts leads to this one. */
export function statesBefore(to: IncidentState): readonly IncidentState[] {
  return INCIDENT_STATES.filter((state) => INCIDENT_MOVES[state].includes(to))
}
