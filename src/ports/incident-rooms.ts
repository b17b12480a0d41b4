import type { CardReference } from './chat-surface.ts'
import type { LinkView } from '../domain/incident-view.ts'
import type { Person } from '../domain/person.ts'

/** What is asked for when an incident gets a channel of its own. */
export interface RoomRequest {
  /** Tried in this order; each is valid on the platform and holds the incident's id. */
  readonly names: readonly string[]
  /** An earlier try was sent and never answered: one of these names may be ours already. */
  readonly mayExist: boolean
}

/**
 * Channels that are made for one incident. Each method may be called again for what is done already, and then changes
 * nothing; throws the vendor errors, and `VendorRejectedError` with the remedy in its words.
 */
export interface IncidentRooms {
  createRoom(request: RoomRequest, signal: AbortSignal): Promise<{ readonly channel: string; readonly name: string }>
  setTopic(channel: string, topic: string, signal: AbortSignal): Promise<void>
  /** Those who cannot be invited are left out: the room is there for the others. */
  invite(channel: string, people: readonly Person[], signal: AbortSignal): Promise<void>
  pinCard(card: CardReference, signal: AbortSignal): Promise<void>
  addBookmarks(channel: string, links: readonly Pick<LinkView, 'title' | 'url'>[], signal: AbortSignal): Promise<void>
}
