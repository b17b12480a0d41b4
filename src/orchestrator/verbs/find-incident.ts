import { NotFoundError, RefusedError } from '../../kernel/errors.ts'
import { openIncidentsHere } from './open-incidents-here.ts'
import { readerOf } from './conversation-context.ts'
import { LIST_OF_INCIDENTS, noteReading, requireReading } from '../read/reader.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { VerbCall } from './conversation-context.ts'

const MOST_CHOICES = 10

/**
 * Which incident a verb means (CONTRACT 9): the id that was typed; else the thread's or the page's own; else that of
 * the channel, which was made for it; else the only open one in that channel; else the asker is shown the choices.
 */
export async function findIncident(deps: Deps, call: VerbCall): Promise<Incident> {
  const { request, place } = call
  const named =
    request.incidentId ??
    place.incidentId ??
    (await incidentOfThread(deps, place)) ??
    (await incidentOfRoom(deps, place))
  if (named !== null) {
    const incident = await deps.stores.incidents.find(named)
    if (incident === undefined) throw new NotFoundError('incident', named)
    return incident
  }
  const choices = await openIncidentsHere(deps, place)
  const [only] = choices
  if (only !== undefined && choices.length === 1) return only
  if (only === undefined) {
    throw new RefusedError(
      'which_incident',
      `No incident is open here. Name one, for example: ${request.verb} INC-12. "list" shows those that are open.`,
    )
  }
  // The choices are a list, and so for those who may see one.
  await requireReading(deps, readerOf(call), 'list')
  await noteReading(deps, readerOf(call), LIST_OF_INCIDENTS)
  const list = choices.slice(0, MOST_CHOICES).map((incident) => `${incident.id} ${incident.severity} ${incident.title}`)
  const more = choices.length > MOST_CHOICES ? ['and more: type "list"'] : []
  const text = `Several incidents are open here. Name one, for example: ${request.verb} ${choices[0]?.id ?? ''}.`
  throw new RefusedError('which_incident', [text, ...list, ...more].join('\n'))
}

async function incidentOfThread(deps: Deps, place: VerbCall['place']): Promise<string | null> {
  if (place.channel === null || place.message === null) return null
  const card = await deps.stores.cardQueries.findByMessage(place.surface, place.channel, place.message)
  return card?.incidentId ?? null
}

/** In the channel that was made for one incident every verb means that one, also when it is resolved. */
async function incidentOfRoom(deps: Deps, { surface, channel }: VerbCall['place']): Promise<string | null> {
  if (channel === null) return null
  return (await deps.stores.rooms.findIncident(surface, channel)) ?? null
}
