import { tellOfIncident } from './incident-moves.ts'
import type { Actor } from '../domain/actor.ts'
import type { Deps } from './dependencies.ts'
import type { FollowUp, FollowUpState } from '../domain/follow-up.ts'
import type { Origin } from '../domain/surface.ts'

export interface FollowUpEnd {
  readonly to: Exclude<FollowUpState, 'open'>
  /** How it ended, one sentence. */
  readonly finding: string
  readonly actor: Actor
  /** null when it was found and nobody said so. */
  readonly personId: string | null
  readonly origin: Origin
}

/** Ends a follow-up, with its audit leaf, timeline and card; undefined when it is no longer open. */
export async function closeFollowUp(deps: Deps, followUp: FollowUp, end: FollowUpEnd): Promise<FollowUp | undefined> {
  return deps.unitOfWork.run(async (stores) => {
    const closed = await stores.followUps.close(followUp.id, end.to, end.finding, end.personId)
    const incident = await stores.incidents.find(followUp.incidentId)
    if (closed === undefined || incident === undefined) return undefined
    const text = `${closed.id} is ${end.to === 'done' ? 'done' : 'handed over'}: ${end.finding}`
    const details = { followUp: closed.id, kind: closed.kind, app: closed.app, state: closed.state }
    const event = end.to === 'done' ? 'follow_up.done' : 'follow_up.handed_over'
    await tellOfIncident(deps, stores, incident, { actor: end.actor, origin: end.origin, event, text, details })
    await stores.outbox.append([{ kind: 'thread', incidentId: incident.id, text, priority: 'status' }])
    return closed
  })
}
