import type { IncidentView } from '../domain/incident-view.ts'
import type { Person } from '../domain/person.ts'
import type { SurfaceName } from '../domain/surface.ts'

export interface CardReference {
  readonly channel: string
  /** Slack ts, Teams activity id. */
  readonly message: string
}

/** How fast a surface may be spoken to; the deliverer keeps these budgets so that no message is refused or lost. */
export interface DeliveryLimits {
  /** New messages a second in one channel, and how many may come at once. */
  readonly postsPerSecond: number
  readonly postBurst: number
  /** Updates of existing messages a minute, all channels together, and how many may come at once. */
  readonly updatesPerMinute: number
  readonly updateBurst: number
  /** The least time between two updates of one card. */
  readonly cardIntervalMs: number
}

/**
 * A place where we speak. Throws `VendorBusyError` with the time to wait, `VendorRejectedError` for what will never
 * work, `VendorUnknownError` when a post may have arrived: then `findCard` is asked before the next try.
 */
export interface ChatSurface {
  readonly name: SurfaceName
  readonly limits: DeliveryLimits
  postCard(channel: string, view: IncidentView, cardId: string, signal: AbortSignal): Promise<CardReference>
  updateCard(card: CardReference, view: IncidentView, cardId: string, signal: AbortSignal): Promise<void>
  findCard(channel: string, cardId: string, since: Date, signal: AbortSignal): Promise<CardReference | null>
  postInThread(card: CardReference, text: string, signal: AbortSignal): Promise<void>
  tellPerson(person: Person, text: string, signal: AbortSignal): Promise<void>
}
