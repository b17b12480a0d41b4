import { closeFollowUp } from './close-follow-up.ts'
import { humanActor } from '../domain/actor.ts'
import { RefusedError } from '../kernel/errors.ts'
import { requireIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'
import type { FollowUp } from '../domain/follow-up.ts'
import type { IncidentIntent } from './incident-moves.ts'

export interface HandOver extends IncidentIntent {
  readonly followUpId: string
  /** Who or what takes it on, or what was done. */
  readonly text: string
}

/** A person says that somebody else sees to it from here: nobody is reminded any more, and the record says why. */
export async function handOverFollowUp(deps: Deps, intent: HandOver): Promise<FollowUp> {
  const incident = await requireIncident(deps, intent, 'byhand')
  const followUps = await deps.stores.followUps.list(incident.id)
  const followUp = followUps.find(({ id }) => id === intent.followUpId)
  if (followUp === undefined) {
    throw new RefusedError(
      'unknown_follow_up',
      `${incident.id} has no ${intent.followUpId}. Type "status" to see what is open.`,
    )
  }
  const { person, origin } = intent
  const end = {
    to: 'handed_over',
    finding: intent.text,
    actor: humanActor(person),
    personId: person.id,
    origin,
  } as const
  const closed = await closeFollowUp(deps, followUp, end)
  if (closed !== undefined) return closed
  throw new RefusedError('follow_up_ended', `${followUp.id} is no longer open. Type "status" to see what is.`)
}
