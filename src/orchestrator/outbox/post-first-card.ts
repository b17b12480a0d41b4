import { cardIdOf } from '../../domain/card-id.ts'
import { hashOfView } from './hash-of-view.ts'
import { wantRoom } from './want-room.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Deps } from '../dependencies.ts'
import type { FirstPlace } from './first-cards.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { IncidentView } from '../../domain/incident-view.ts'

export interface FirstPost {
  readonly deps: Deps
  readonly surface: ChatSurface
  readonly rooms: IncidentRooms | null
  readonly signal: AbortSignal
}

/** The attempt is on record since the incident's own commit: a lost answer is looked for by whoever delivers next. */
export async function postFirstCard(
  { deps, surface, rooms, signal }: FirstPost,
  place: FirstPlace,
  view: IncidentView,
): Promise<void> {
  const cardId = cardIdOf(place.incidentId, place.surface, place.channel)
  const reference = await surface.postCard(place.channel, view, cardId, signal)
  await deps.stores.cards.markFirstShown(cardId, reference, hashOfView(view))
  deps.telemetry.count('outbox_sent', { surface: surface.name, kind: 'card' })
  const seconds = (deps.clock.now().getTime() - view.openedAt.getTime()) / 1000
  deps.telemetry.observeSeconds('card_delay', { surface: surface.name }, seconds)
  deps.telemetry.observeSeconds('outbox_lag', { surface: surface.name }, seconds)
  await wantRoom({ deps, surface, rooms }, view)
}
