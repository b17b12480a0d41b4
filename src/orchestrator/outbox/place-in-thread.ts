import { threadOf } from './thread-of.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { CardReference } from '../../ports/chat-surface.ts'

/** Nothing can be said in a thread before its card is there. */
const CARD_WAIT_MS = 500

/** The longest-lived copy of the card on this surface. */
export async function firstCard(
  { deps, surface }: CardDelivery,
  incidentId: string,
): Promise<CardReference | undefined> {
  const cards = await deps.stores.cards.listByIncident(incidentId)
  return cards.find((card) => card.surface === surface.name && card.reference !== null)?.reference ?? undefined
}

/** Where the incident's thread is; or the milliseconds to wait, where nothing can be said in it now. */
export async function placeInThread(delivery: CardDelivery, incidentId: string): Promise<CardReference | number> {
  const { deps, surface, budgets } = delivery
  // The longest-lived copy carries the thread: one post, not one a copy.
  const first = await firstCard(delivery, incidentId)
  if (first === undefined) {
    // Without a route no card will ever come, and nothing may wait for it for ever.
    return deps.settings.routes.some((route) => route.surface === surface.name) ? CARD_WAIT_MS : 0
  }
  const wait = budgets.takePost(first.channel, deps.clock.monotonicMs(), threadOf(first))
  return wait > 0 ? wait : first
}
