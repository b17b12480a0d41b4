import { humanActor } from '../domain/actor.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import { incidentTarget } from './incident-target.ts'
import { INCIDENT_MOVES, INCIDENT_STATES } from '../domain/incident.ts'
import { NotFoundError, RefusedError } from '../kernel/errors.ts'
import { requireAuthorized } from './require-authorized.ts'
import type { Actor } from '../domain/actor.ts'
import type { Deps } from './dependencies.ts'
import type { Incident, IncidentState } from '../domain/incident.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Origin } from '../domain/surface.ts'
import type { Person } from '../domain/person.ts'
import type { Stores } from '../ports/stores.ts'
import type { Verb } from '../domain/verb.ts'

/** What every intent about one incident says: which one, who asks, from where. */
export interface IncidentIntent {
  readonly incidentId: string
  readonly person: Person
  readonly origin: Origin
}

/** Nobody works on it any more; an alert that fires again soon enough reopens it. */
export const CLOSED_STATES: readonly IncidentState[] = ['mitigated', 'resolved']

/** The states from which the machine of domain/incident.ts leads to this one. */
function statesBefore(to: IncidentState): readonly IncidentState[] {
  return INCIDENT_STATES.filter((state) => INCIDENT_MOVES[state].includes(to))
}

/** The incident, once the person is known to be allowed what they ask of it. */
export async function requireIncident(deps: Deps, intent: IncidentIntent, action: Verb): Promise<Incident> {
  const incident = await deps.stores.incidents.find(intent.incidentId)
  if (incident === undefined) throw new NotFoundError('incident', intent.incidentId)
  await requireAuthorized(deps, {
    principal: personPrincipal(intent.person),
    action,
    resource: incidentResource(deps.catalog, incident),
    origin: intent.origin,
    name: intent.person.name,
    incidentId: incident.id,
  })
  return incident
}

/** Moves it, or says who was there first and what to do now. */
export async function moveIncident(stores: Stores, incident: Incident, to: IncidentState): Promise<Incident> {
  const moved = await stores.incidents.move(incident.id, statesBefore(to), to)
  if (moved !== undefined) return moved
  const now = await stores.incidents.find(incident.id)
  throw await whyNot(stores, now ?? incident, to)
}

const NEXT_STEP: Readonly<Record<IncidentState, (id: string) => string>> = {
  open: (id) => `Take it with: ack ${id}.`,
  acknowledged: (id) => `Close it with: mitigated ${id}, or resolve ${id}.`,
  mitigated: (id) => `Close it with: resolve ${id}, or reopen it with: reopen ${id}.`,
  resolved: (id) => `Reopen it with: reopen ${id}.`,
}

/** Events that lead to a state, to find who did it. */
const EVENTS_OF: Readonly<Record<IncidentState, readonly string[]>> = {
  open: ['incident.opened', 'incident.declared', 'incident.reopened'],
  acknowledged: ['incident.acknowledged'],
  mitigated: ['incident.mitigated'],
  resolved: ['incident.resolved'],
}

const MAX_ENTRIES = 1_000

async function whyNot(stores: Stores, incident: Incident, to: IncidentState): Promise<RefusedError> {
  const { id, state } = incident
  const entries = await stores.timeline.list(id, null, MAX_ENTRIES)
  const last = entries.findLast((entry) => EVENTS_OF[state].includes(entry.event))
  const by = last === undefined ? '' : ` by ${last.actor.name} at ${timeOfDay(last.at)} UTC`
  const isSame = state === to
  const text = isSame
    ? `${id} is already ${state}${by}. ${NEXT_STEP[state](id)}`
    : `${id} is ${state}${by} and cannot become ${to}. ${NEXT_STEP[state](id)}`
  return new RefusedError(isSame ? `already_${state}` : 'wrong_state', text)
}

function timeOfDay(at: Date): string {
  return at.toISOString().slice(11, 16)
}

export interface Saying {
  readonly actor: Actor
  readonly origin: Origin
  /** `noun.past`. */
  readonly event: string
  /** For people. */
  readonly text: string
  readonly details?: JsonObject
  /** Which run it is about. */
  readonly runId?: string
}

export function byPerson(intent: IncidentIntent, event: string, text: string, details?: JsonObject): Saying {
  const saying = { actor: humanActor(intent.person), origin: intent.origin, event, text }
  return details === undefined ? saying : { ...saying, details }
}

/** Timeline, audit leaf and card, in the transaction of what they tell of. */
export async function tellOfIncident(deps: Deps, stores: Stores, incident: Incident, saying: Saying): Promise<void> {
  const { actor, origin, event, text, details, runId } = saying
  await stores.audit.append([
    deps.seal({
      event,
      actor,
      origin,
      outcome: 'success',
      incidentId: incident.id,
      target: incidentTarget(incident),
      ...(runId === undefined ? {} : { runId }),
      ...(details === undefined ? {} : { details }),
    }),
  ])
  await stores.timeline.append([{ incidentId: incident.id, actor, origin, event, text }])
  await stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'status' }])
}
