import type { ConversationPlace } from './conversation.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'

/** More than anybody chooses among, and no more than one form offers. */
const MOST_LISTED = 100

/** The console and personal conversations have no channels of incidents: there, all open incidents are here. */
export async function openIncidentsHere(
  deps: Deps,
  place: Pick<ConversationPlace, 'surface' | 'channel'>,
): Promise<readonly Incident[]> {
  if (place.channel === null) {
    return deps.stores.incidents.list({ isUnresolved: true, limit: MOST_LISTED })
  }
  const ids = await deps.stores.cardQueries.listOpenIncidents(place.surface, place.channel)
  const incidents = await Promise.all(ids.map((id) => deps.stores.incidents.find(id)))
  return incidents.filter((incident) => incident !== undefined)
}
