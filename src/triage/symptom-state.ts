import type { Incident } from '../domain/incident.ts'

/** All quiet for this long makes an incident mitigated (CONTRACT 7). No configuration shortens it. */
export const QUIET_MS = 10 * 60_000

type IncidentTimes = Pick<Incident, 'state' | 'mitigatedAt' | 'resolvedAt' | 'updatedAt'>

/** When the incident left the states in which it is worked on; null while it is worked on. */
export function closedAt(incident: IncidentTimes): Date | null {
  switch (incident.state) {
    case 'open':
    case 'acknowledged':
      return null
    case 'mitigated':
      return incident.mitigatedAt ?? incident.updatedAt
    case 'resolved':
      return incident.resolvedAt ?? incident.updatedAt
  }
}

/**
 * Whether an alert that fires now still belongs to the incident: always while it is worked on, else only within the
 * grouping window after it was mitigated or resolved, and then it reopens.
 */
export function mayTakeFiringAlert(incident: IncidentTimes, now: Date, windowMs: number): boolean {
  const closed = closedAt(incident)
  return closed === null || now.getTime() - closed.getTime() <= windowMs
}
