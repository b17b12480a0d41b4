import { isAtLeastAsSevere } from '../../domain/severity.ts'
import { roomName } from '../../domain/room-name.ts'
import { roomTopic } from './room-topic.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { SurfaceName } from '../../domain/surface.ts'

interface Wanting {
  readonly deps: Deps
  readonly surface: { readonly name: SurfaceName }
  readonly rooms?: IncidentRooms | null
}

/**
 * Asks for the incident's own channel once it is severe enough, and for its topic to be set anew when what it says has
 * changed. Called with every card, so that a severity which rises later makes the room then; the making itself waits in
 * the outbox, and never holds up a card.
 */
export async function wantRoom({ deps, surface, rooms = null }: Wanting, view: IncidentView): Promise<void> {
  const from = deps.settings.roomFrom
  if (rooms === null || from === null) return
  const room = await deps.stores.rooms.find(view.id, surface.name)
  if (room === undefined) {
    if (view.state === 'resolved' || !isAtLeastAsSevere(view.severity, from)) return
    await deps.unitOfWork.run(async (stores) => {
      const isNew = await stores.rooms.want(view.id, surface.name, roomName(view))
      if (isNew) await stores.outbox.append([{ kind: 'room', incidentId: view.id, priority: 'status' }])
    })
    return
  }
  if (room.state !== 'open' || room.done.includes(`topic ${roomTopic(view)}`)) return
  await deps.stores.outbox.append([{ kind: 'room', incidentId: view.id, priority: 'chatter' }])
}
