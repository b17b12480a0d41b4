import { findFreezeOn } from '../domain/freeze.ts'
import { listWindowFreezes } from '../policy/freeze-windows.ts'
import type { Deps } from './dependencies.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { ShownCard } from '../ports/card-store.ts'

const MOST_CARDS = 200
/** A card is built a while before it counts as shown; a vendor may take so long. */
const SENDING_MS = 30_000

/**
 * On the clock's tick: nobody sets or lifts a recurring freeze, so the cards that were last shown before a window began
 * or ended are brought up to date here. A card that was asked for since then is left alone, whatever became of it; so
 * one that cannot be delivered is not asked for at every tick. The incidents whose cards are asked for.
 */
export async function refreshFrozenCards(deps: Deps): Promise<readonly string[]> {
  const { stores, settings } = deps
  if (settings.freezeWindows.length === 0) return []
  const [now, freezes, shown] = await Promise.all([
    stores.freezes.now(),
    stores.freezes.listActive(),
    stores.cardQueries.listShown(MOST_CARDS),
  ])
  const isOther = (card: ShownCard, since: Date) =>
    freezeAt(deps, freezes, card, since) !== freezeAt(deps, freezes, card, now)
  const late = shown.filter((card) => isOther(card, new Date(card.shownAt.getTime() - SENDING_MS)))
  if (late.length === 0) return []
  const asked = await stores.cardQueries.listAsked(late.map(({ incidentId }) => incidentId))
  const due = late.filter((card) => {
    const askedAt = asked.get(card.incidentId)
    return askedAt === undefined || isOther(card, askedAt)
  })
  await stores.outbox.append(due.map(({ incidentId }) => ({ kind: 'card', incidentId, priority: 'approval' })))
  return due.map(({ incidentId }) => incidentId)
}

/** What a card says of it at that moment, as far as the calendar has a part in it. */
function freezeAt(deps: Deps, freezes: readonly Freeze[], { service, environment }: ShownCard, now: Date): string {
  const question = { services: [service], environment, catalog: deps.catalog, now }
  const recurring = listWindowFreezes(deps.settings.freezeWindows, question)
  const freeze = findFreezeOn([...freezes, ...recurring], [service])
  return freeze === undefined ? '' : `${freeze.id} ${freeze.until.toISOString()}`
}
