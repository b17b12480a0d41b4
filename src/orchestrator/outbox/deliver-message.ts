import { deliverCard } from './deliver-card.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Deps } from '../dependencies.ts'
import type { SurfaceBudgets } from './surface-budgets.ts'
import type { OutboxPriority, WaitingMessage } from '../../ports/outbox.ts'

/** Nothing can be said in a thread before its card is there. */
const CARD_WAIT_MS = 500

/** What people wait for does not queue behind a storm of refreshed cards. */
const URGENT: readonly OutboxPriority[] = ['approval', 'result']

/** Sends one message. Returns 0 when it is sent, else the milliseconds until it may be tried again. */
export async function deliverMessage(
  deps: Deps,
  surface: ChatSurface,
  budgets: SurfaceBudgets,
  waiting: WaitingMessage,
  signal: AbortSignal,
): Promise<number> {
  const { message } = waiting
  switch (message.kind) {
    case 'card':
      return deliverCard({ deps, surface, budgets, signal }, message.incidentId, URGENT.includes(message.priority))
    case 'thread':
    case 'post':
      return deliverToThreads(deps, surface, budgets, message, signal)
    case 'direct': {
      const person = deps.directory.findById(message.personId)
      if (person === undefined) return 0
      const wait = budgets.takePost(`person ${person.id}`, deps.clock.monotonicMs())
      if (wait > 0) return wait
      await surface.tellPerson(person, message.text, signal)
      return 0
    }
  }
}

async function deliverToThreads(
  deps: Deps,
  surface: ChatSurface,
  budgets: SurfaceBudgets,
  message: { readonly incidentId: string; readonly text: string },
  signal: AbortSignal,
): Promise<number> {
  const cards = (await deps.stores.cards.listByIncident(message.incidentId)).filter(
    (card) => card.surface === surface.name,
  )
  const references = cards.flatMap((card) => (card.reference === null ? [] : [card.reference]))
  // Without a route no card will ever come, and nothing may wait for it for ever.
  const isRouted = deps.settings.routes.some((route) => route.surface === surface.name)
  if (references.length === 0) return isRouted ? CARD_WAIT_MS : 0
  // The longest-lived copy carries the thread: one post, not one a copy.
  const [first] = references
  if (first === undefined) return CARD_WAIT_MS
  const wait = budgets.takePost(first.channel, deps.clock.monotonicMs())
  if (wait > 0) return wait
  await surface.postInThread(first, message.text, signal)
  return 0
}
