import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { canonicalJson } from '../../kernel/canonical-json.ts'
import { chooseChannel } from './choose-channel.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { Card } from '../../ports/card-store.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Json } from '../../kernel/json.ts'
import type { SurfaceBudgets } from './surface-budgets.ts'

/** A card that was posted long ago may have been deleted: then it is posted anew. */
const GONE_CODES: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed']

/**
 * Brings every copy of an incident's card on one surface up to date. Returns 0 when all is shown, else the
 * milliseconds until the budget allows the rest. The view is loaded when it is sent, so the newest state is shown.
 */
export async function deliverCard(
  deps: Deps,
  surface: ChatSurface,
  budgets: SurfaceBudgets,
  incidentId: string,
  signal: AbortSignal,
): Promise<number> {
  const view = await loadIncidentView(deps, incidentId)
  if (view === undefined) return 0
  const cards = await listCopies(deps, surface, view)
  const shownHash = hashOfView(view)
  const waits = await Promise.all(
    cards.map((card) => showCard(deps, surface, budgets, { card, view, shownHash, signal })),
  )
  return Math.max(0, ...waits)
}

/** All copies sent so far, and the channel that the routes name now. */
async function listCopies(deps: Deps, surface: ChatSurface, view: IncidentView): Promise<readonly Card[]> {
  const known = (await deps.stores.cards.listByIncident(view.id)).filter((card) => card.surface === surface.name)
  const channel = chooseChannel(deps.settings.routes, surface.name, view)
  if (channel === undefined || known.some((card) => card.channel === channel)) return known
  return [...known, await deps.stores.cards.ensure(view.id, surface.name, channel)]
}

interface Showing {
  readonly card: Card
  readonly view: IncidentView
  readonly shownHash: string
  readonly signal: AbortSignal
}

async function showCard(deps: Deps, surface: ChatSurface, budgets: SurfaceBudgets, showing: Showing): Promise<number> {
  const { card, shownHash } = showing
  if (card.reference === null) return postCard(deps, surface, budgets, showing)
  if (card.shownHash === shownHash) return 0
  const wait = budgets.takeUpdate(card.id, deps.clock.monotonicMs())
  if (wait > 0) return wait
  try {
    await surface.updateCard(card.reference, showing.view, card.id, showing.signal)
  } catch (error) {
    if (!(error instanceof VendorRejectedError) || !GONE_CODES.includes(error.vendorCode)) throw error
    return postCard(deps, surface, budgets, showing)
  }
  await deps.stores.cards.markShown(card.id, card.reference, shownHash)
  return 0
}

/** A post whose answer was lost is looked for once before it is posted again. */
async function postCard(deps: Deps, surface: ChatSurface, budgets: SurfaceBudgets, showing: Showing): Promise<number> {
  const { card, view, signal } = showing
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

/** Relative times are not part of the hash: they would make every look a change. */
function hashOfView(view: IncidentView): string {
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify({ ...view, updatedAt: null })) as Json))
}
