import { listHeldFreezes, servicesHeld } from '../policy/held-freezes.ts'
import type { Deps } from './dependencies.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { PlanOfCard, ShownCard } from '../ports/card-store.ts'

const CARDS_AT_ONCE = 200
/** A freeze by hand lasts 30 days at most; one that ended longer ago than this is on no card that anybody still reads. */
const LOOK_BACK_MS = 31 * 86_400_000

/**
 * On the clock's tick: nobody lifts a freeze that ends by its time, nor sets or lifts a recurring one, so the cards that
 * speak of a moment before it began or ended are brought up to date here. Each is asked for once a change, whatever
 * becomes of it: one that cannot be delivered is tried by the outbox, more and more seldom, and not at every tick. The
 * incidents whose cards are asked for.
 */
export async function refreshFrozenCards(deps: Deps): Promise<readonly string[]> {
  const { stores, settings } = deps
  const now = await stores.freezes.now()
  const freezes = await stores.freezes.listActive(new Date(now.getTime() - LOOK_BACK_MS))
  const before = settings.freezeWindows.length > 0 ? now : lastChange(freezes, now)
  if (before === undefined) return []
  const asked: string[] = []
  for (let after: string | null = null; ;) {
    const page = await stores.cardQueries.listShown({ before, after, limit: CARDS_AT_ONCE })
    const plans = await plansOf(deps, page)
    const due = page.filter((card) => {
      const told = (moment: Date) => toldAt(deps, freezes, card, plans.get(card.incidentId) ?? [], moment)
      return told(card.speaksOf) !== told(now)
    })
    asked.push(...(await ask(deps, due, now)))
    const last = page.at(-1)
    if (last === undefined || page.length < CARDS_AT_ONCE) return asked
    after = last.incidentId
  }
}

/** The message and that it was asked for stand together: a crash between the two would ask again, or never. */
async function ask({ unitOfWork }: Deps, due: readonly ShownCard[], now: Date): Promise<readonly string[]> {
  const incidentIds = due.map(({ incidentId }) => incidentId)
  if (incidentIds.length === 0) return []
  await unitOfWork.run(async (stores) => {
    await stores.cardQueries.markAsked(incidentIds, now)
    await stores.outbox.append(incidentIds.map((incidentId) => ({ kind: 'card', incidentId, priority: 'approval' })))
  })
  return incidentIds
}

function lastChange(freezes: readonly Freeze[], now: Date): Date | undefined {
  const changes = freezes.flatMap(({ createdAt, until }) => (until < now ? [createdAt, until] : [createdAt]))
  return changes.length === 0 ? undefined : new Date(Math.max(...changes.map((change) => change.getTime())))
}

async function plansOf(
  { stores }: Deps,
  page: readonly ShownCard[],
): Promise<ReadonlyMap<string, readonly PlanOfCard[]>> {
  const plans = await stores.cardQueries.listPlans(page.map(({ incidentId }) => incidentId))
  return Map.groupBy(plans, ({ incidentId }) => incidentId)
}

/** What a card says of freezes at that moment: of its service, and of what its plans act on as they stand now. */
function toldAt(
  { catalog, settings }: Deps,
  freezes: readonly Freeze[],
  { service, environment }: ShownCard,
  plans: readonly PlanOfCard[],
  moment: Date,
): string {
  const held = listHeldFreezes({
    freezes: freezes.filter(({ createdAt, until }) => createdAt <= moment && moment < until),
    windows: settings.freezeWindows,
    held: servicesHeld(catalog, service, plans),
    ...{ environment, catalog, now: moment },
  })
  return held.map(({ id, until, holds }) => `${id} ${until.toISOString()} ${holds}`).join(', ')
}
