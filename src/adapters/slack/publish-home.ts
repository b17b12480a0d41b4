import { AppError } from '../../kernel/errors.ts'
import { permalinkOf } from './outgoing/permalink.ts'
import { renderHome } from './render/render-home.ts'
import { z } from 'zod'
import type { Account } from '../../domain/person.ts'
import type { HomeItem, RichConversation } from '../../orchestrator/index.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'

const TIMEOUT_MS = 10_000
const Done = z.object({ ok: z.literal(true) })

/** The app's home, drawn anew whenever somebody opens it. */
export async function publishHome(rich: RichConversation, road: ReplyRoad, account: Account): Promise<void> {
  const answer = await rich.home(account)
  const items = answer.kind === 'home' ? answer.home.awaiting : []
  const links = new Map(
    await Promise.all(items.map(async (item) => [item.view.id, await cardLink(road, item)] as const)),
  )
  const view = renderHome(answer, (incidentId) => links.get(incidentId) ?? null)
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    await road.api.call('views.publish', { user_id: account.user, view }, Done, signal)
  } catch (error) {
    // It is drawn again when it is opened again; nothing of it is lost.
    if (!(error instanceof AppError)) throw error
    road.log.warn({ err: error }, 'slack home could not be published')
  }
}

/** A press counts on the card alone, so the home leads there. */
async function cardLink(road: ReplyRoad, { cards }: HomeItem): Promise<string | null> {
  const card = cards.find(({ surface, reference }) => surface === 'slack' && reference !== null)
  return card?.reference == null ? null : permalinkOf(road.api, card.reference, AbortSignal.timeout(TIMEOUT_MS))
}
