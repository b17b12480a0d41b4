import { renderPost } from '../render/render-post.ts'
import { renderReply } from '../render/render-reply.ts'
import { tellInPrivate } from './tell-in-private.ts'
import type { Reply } from '../../../orchestrator/index.ts'
import type { TeamsMessage } from '../render/render-card.ts'
import type { TeamsPlace } from '../incoming/teams-request.ts'
import type { TeamsRoad } from './teams-road.ts'

const TIMEOUT_MS = 10_000

/** Said in a channel to who cannot be answered alone: nothing of the answer itself. */
const NO_CHAT =
  'Only you may see the answer, and we have no chat yet. Install Countersign for yourself and ask there, or add --share to show it to all here.'

/**
 * Answers the asker alone, unless the answer is shared. Teams shows nothing in a channel to one person only, so what is
 * said there is answered in the asker's own chat; a refusal, which holds nothing but the reason, may fall back to the
 * thread.
 */
export async function sendReply(road: TeamsRoad, reply: Reply, place: TeamsPlace): Promise<void> {
  const message = renderReply(reply)
  const isShared = reply.shared && reply.kind === 'answer'
  const fallback = reply.kind === 'refused' ? message : renderPost(NO_CHAT)
  const ways =
    place.isPersonal || isShared
      ? [() => postHere(road, place, message)]
      : [() => tell(road, place, message), () => postHere(road, place, fallback)]
  for (const way of ways) {
    try {
      await way()
      return
    } catch (error) {
      road.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'teams reply took another way')
    }
  }
  road.log.warn({ code: reply.code, conversation: place.conversation }, 'teams reply could not be delivered')
}

export async function postHere(road: TeamsRoad, place: TeamsPlace, message: TeamsMessage): Promise<void> {
  await road.api.send(place.serviceUrl, place.conversation, message, AbortSignal.timeout(TIMEOUT_MS))
}

function tell(road: TeamsRoad, { account, member }: TeamsPlace, message: TeamsMessage): Promise<void> {
  const reader = { tenant: account.tenant, user: account.user, member }
  return tellInPrivate(road, reader, message, AbortSignal.timeout(TIMEOUT_MS))
}
