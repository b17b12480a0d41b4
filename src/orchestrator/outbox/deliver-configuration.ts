import { isGone } from './judge-failure.ts'
import { viewChange } from '../configuration/view-change.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { CardReference, PostTry } from '../../ports/chat-surface.ts'
import type { ConfigurationChangeView } from '../../domain/configuration-view.ts'
import type { WaitingMessage } from '../../ports/outbox.ts'

/**
 * The one message of a change of policies and playbooks, in the surface's own channel: posted while it waits for people,
 * and then kept up to date. What came into force without anybody being asked is on the record, and not in chat. Returns
 * 0 when it is shown, else the milliseconds until the budget allows it.
 */
export async function deliverConfiguration(
  delivery: CardDelivery,
  waiting: WaitingMessage,
  changeId: string,
): Promise<number> {
  const { deps, surface } = delivery
  const view = await viewChange(deps, changeId)
  const shown = await deps.stores.configuration.findNotice(changeId, surface.name)
  if (shown !== undefined) return update(delivery, shown, view)
  return view.state === 'pending' ? post(delivery, waiting, view) : 0
}

async function post(
  { deps, surface, budgets, signal }: CardDelivery,
  waiting: WaitingMessage,
  view: ConfigurationChangeView,
): Promise<number> {
  const isForAll = ({ owner, severity }: { owner: string | null; severity: string | null }) =>
    owner === null && severity === null
  const channel = deps.settings.routes.find((route) => route.surface === surface.name && isForAll(route))?.channel
  if (channel === undefined) return 0
  const wait = budgets.takePost(channel, deps.clock.monotonicMs())
  if (wait > 0) return wait
  const attempt: PostTry = { keys: [view.id], since: waiting.mayHaveArrived ? waiting.createdAt : null }
  await deps.stores.outboxQueue.markSending([waiting])
  const reference = await surface.postConfiguration(channel, view, attempt, signal)
  await deps.stores.configuration.addNotice(view.id, surface.name, reference)
  return 0
}

/** A message that somebody deleted is not posted again: the console has it. */
async function update(
  { deps, surface, budgets, signal }: CardDelivery,
  card: CardReference,
  view: ConfigurationChangeView,
): Promise<number> {
  const wait = budgets.takeUpdate(view.id, true, deps.clock.monotonicMs())
  if (wait > 0) return wait
  try {
    await surface.updateConfiguration(card, view, signal)
  } catch (error) {
    if (!isGone(error)) throw error
    deps.log.info({ change: view.id, surface: surface.name }, 'the message of a configuration change was deleted')
  }
  return 0
}
