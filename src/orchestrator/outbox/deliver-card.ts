import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { threadOf } from './thread-of.ts'
import { wantRoom } from './want-room.ts'
import { chooseChannel } from './choose-channel.ts'
import { hashOfView } from './hash-of-view.ts'
import { isBrokenAccess, isGone } from './judge-failure.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import type { Card } from '../../ports/card-store.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { SurfaceBudgets } from './surface-budgets.ts'

export interface CardDelivery {
  readonly deps: Deps
  readonly surface: ChatSurface
  /** null where the surface makes none. */
  readonly rooms?: IncidentRooms | null
  readonly budgets: SurfaceBudgets
  readonly signal: AbortSignal
}

/**
 * Brings every copy of an incident's card on one surface up to date. Returns 0 when all is shown, else the
 * milliseconds until the budget allows the rest. The budget is asked before the view is loaded, since a view costs many
 * reads and a storm of incidents waits for few updates; what is then shown is the newest state. Of several copies only
 * those that lag behind take of the budget: else each would wait for its turn while the other takes its next one, for ever.
 */
export async function deliverCard(delivery: CardDelivery, incidentId: string, isUrgent: boolean): Promise<number> {
  const { deps, surface, budgets } = delivery
  const known = (await deps.stores.cards.listByIncident(incidentId)).filter((card) => card.surface === surface.name)
  const nowMs = deps.clock.monotonicMs()
  const several = known.length > 1 ? await loadFor(delivery, incidentId) : undefined
  const toShow = several === undefined ? known : known.filter((card) => card.shownHash !== hashOfView(several))
  const turns = toShow.map((card) => ({
    card,
    wait: card.reference === null ? 0 : budgets.takeUpdate(card.id, isUrgent, nowMs, threadOf(card.reference)),
  }))
  const wait = Math.max(0, ...turns.map((turn) => turn.wait))
  const ready = turns.filter((turn) => turn.wait === 0).map(({ card }) => card)
  if (toShow.length > 0 && ready.length === 0) return wait
  const view = several ?? (await loadFor(delivery, incidentId))
  if (view === undefined) return 0
  const cards = [...ready, ...(await newCopy(delivery, view, known))]
  const shownHash = hashOfView(view)
  const waits = await Promise.all(cards.map((card) => showCopy(delivery, { card, view, shownHash })))
  await wantRoom(delivery, view)
  return Math.max(wait, ...waits)
}

/** What can be read on a surface shows that it can be reached; that it could not is no reason to show it once more. */
async function loadFor({ deps, surface }: CardDelivery, incidentId: string): Promise<IncidentView | undefined> {
  const view = await loadIncidentView(deps, incidentId)
  if (view === undefined) return undefined
  const others = view.unreachableSurfaces.filter((unreachable) => unreachable.surface !== surface.name)
  return { ...view, unreachableSurfaces: others }
}

/** The copy in the channel that the routes name now, when there is none yet. */
async function newCopy(
  { deps, surface }: CardDelivery,
  view: IncidentView,
  known: readonly Card[],
): Promise<readonly Card[]> {
  const channel = chooseChannel(deps.settings.routes, surface.name, view)
  if (channel === undefined || known.some((card) => card.channel === channel)) return []
  return [await deps.stores.cards.ensure(view.id, surface.name, channel)]
}

interface Showing {
  readonly card: Card
  readonly view: IncidentView
  readonly shownHash: string
}

/** A copy in the incident's own channel, which people may archive, does not keep the others from being shown. */
async function showCopy(delivery: CardDelivery, showing: Showing): Promise<number> {
  const { deps, surface, rooms = null } = delivery
  try {
    return await showCard(delivery, showing)
  } catch (error) {
    if (rooms === null || !(error instanceof VendorRejectedError) || isBrokenAccess(error)) throw error
    const room = await deps.stores.rooms.find(showing.view.id, surface.name)
    if (room?.channel !== showing.card.channel) throw error
    deps.log.warn({ incidentId: room.incidentId, reason: error.message }, 'card is not shown in the incident’s channel')
    await deps.stores.rooms.save(room, { detail: error.message })
    return 0
  }
}

/** The budget for an update is spent already; a post takes its own. */
async function showCard(delivery: CardDelivery, showing: Showing): Promise<number> {
  const { deps, surface, signal } = delivery
  const { card, shownHash } = showing
  if (card.reference === null) return postCard(delivery, showing)
  if (card.shownHash === shownHash) return 0
  try {
    await surface.updateCard(card.reference, showing.view, card.id, signal)
  } catch (error) {
    // A card that was posted long ago may have been deleted: then it is posted anew.
    if (!isGone(error)) throw error
    return postCard(delivery, showing)
  }
  await deps.stores.cards.markShown(card.id, card.reference, shownHash)
  return 0
}

/** A post whose answer was lost is looked for once before it is posted again. */
async function postCard({ deps, surface, budgets, signal }: CardDelivery, showing: Showing): Promise<number> {
  const { card, view } = showing
  const wait = budgets.takePost(card.channel, deps.clock.monotonicMs())
  if (wait > 0) return wait
  if (card.reference === null && card.attemptedAt !== null) {
    const found = await surface.findCard(card.channel, card.id, card.attemptedAt, signal)
    if (found !== null) {
      await deps.stores.cards.markShown(card.id, found, '')
      return 1
    }
  }
  await deps.stores.cards.markAttempted(card.id)
  const reference = await surface.postCard(card.channel, view, card.id, signal)
  await deps.stores.cards.markShown(card.id, reference, showing.shownHash)
  deps.telemetry.observeSeconds(
    'card_delay',
    { surface: surface.name },
    (deps.clock.now().getTime() - view.openedAt.getTime()) / 1000,
  )
  return 0
}
