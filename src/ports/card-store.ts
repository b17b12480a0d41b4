import type { CardReference } from './chat-surface.ts'
import type { Plan } from '../domain/plan.ts'
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

/** An incident with the oldest moment that one of its cards speaks of, be it shown or asked for. */
export interface ShownCard {
  readonly incidentId: string
  readonly service: string | null
  readonly environment: string | null
  readonly speaksOf: Date
}

export interface ShownCardsPage {
  /** Only what speaks of a moment before this one. */
  readonly before: Date
  /** The last incident of the page before. */
  readonly after: string | null
  readonly limit: number
}

/** A plan of an incident that is not resolved: it waits or runs, or has run and may still be undone. */
export interface PlanOfCard {
  readonly incidentId: string
  readonly plan: Plan
  /** It waits or runs. */
  readonly isOpen: boolean
}

export interface CardQueries {
  /** For presses and verbs in threads: which incident a message belongs to; a forwarded copy belongs to none. */
  findByMessage(surface: SurfaceName, channel: string, message: string): Promise<Card | undefined>
  /** Incidents not yet resolved whose card is in this channel, newest first. */
  listOpenIncidents(surface: SurfaceName, channel: string): Promise<readonly string[]>
  /** Incidents not yet resolved whose card was shown once, by their ids. */
  listShown(page: ShownCardsPage): Promise<readonly ShownCard[]>
  /** By incident; of these incidents alone where they are named. */
  listPlans(incidentIds?: readonly string[]): Promise<readonly PlanOfCard[]>
  /** The cards of these are asked for as things stood at that moment. */
  markAsked(incidentIds: readonly string[], at: Date): Promise<void>
}
