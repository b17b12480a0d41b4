import type { CardReference } from './chat-surface.ts'
import type { SurfaceName } from '../domain/surface.ts'

export interface Card {
  readonly id: string
  readonly incidentId: string
  readonly surface: SurfaceName
  readonly channel: string
  readonly reference: CardReference | null
  /** Set before a post is sent: when it is there and `reference` is not, the post may have arrived. */
  readonly attemptedAt: Date | null
  readonly shownHash: string | null
}

export interface CardStore {
  /** Creates it when absent; with `isAttempted` a post of it is on record at once. */
  ensure(incidentId: string, surface: SurfaceName, channel: string, isAttempted?: boolean): Promise<Card>
  markAttempted(cardId: string): Promise<void>
  markShown(cardId: string, reference: CardReference, shownHash: string): Promise<void>
  /** As `markShown`, and the message that asked for the card is sent, unless it was asked for again meanwhile. */
  markFirstShown(cardId: string, reference: CardReference, shownHash: string): Promise<void>
  listByIncident(incidentId: string): Promise<readonly Card[]>
}

/** An incident with the oldest moment since which one of its cards stands as it is. */
export interface ShownCard {
  readonly incidentId: string
  readonly service: string | null
  readonly environment: string | null
  readonly shownAt: Date
}

export interface CardQueries {
  /** For presses and verbs in threads: which incident a message belongs to; a forwarded copy belongs to none. */
  findByMessage(surface: SurfaceName, channel: string, message: string): Promise<Card | undefined>
  /** Incidents not yet resolved whose card is in this channel, newest first. */
  listOpenIncidents(surface: SurfaceName, channel: string): Promise<readonly string[]>
  /** Incidents not yet resolved that have a card, newest first. */
  listShown(limit: number): Promise<readonly ShownCard[]>
  /** When the card of each was last asked for, of those for which that is still known. */
  listAsked(incidentIds: readonly string[]): Promise<ReadonlyMap<string, Date>>
}
