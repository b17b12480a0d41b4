import { AppError } from '../../../kernel/errors.ts'
import { SaidMessage } from '../incoming/schema.ts'
import { wordsOf } from '../incoming/words-of.ts'
import { z } from 'zod'
import type { ChatWords } from '../../../orchestrator/index.ts'
import type { ReplyRoad } from './send-reply.ts'

const Found = z.object({ messages: z.array(SaidMessage).default([]) })
const TIMEOUT_MS = 5_000

/**
 * Exactly one message, by its time: a reaction does not say what the message does. Slack keeps answers in threads apart
 * from what stands in the channel itself, so the second place is looked at when the first has none. Null when it cannot
 * be read: apps that are sold to others may read very little, and a bot reads only where it is a member.
 */
export async function readMessage(
  road: ReplyRoad,
  channel: string,
  ts: string,
  team: string,
): Promise<ChatWords | null> {
  const exactly = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 }
  const places = [
    ['conversations.history', exactly],
    ['conversations.replies', { ...exactly, ts }],
  ] as const
  for (const [method, args] of places) {
    try {
      const { messages } = await road.api.call(method, args, Found, AbortSignal.timeout(TIMEOUT_MS))
      const message = messages.find((one) => one.ts === ts)
      if (message !== undefined) return wordsOf(message, team)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      road.log.info({ method, reason: error.message }, 'slack message could not be read')
    }
  }
  return null
}
