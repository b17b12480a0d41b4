import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { findMessage } from './find-message.ts'
import type { MessageSearch } from './find-message.ts'
import type { PostTry } from '../../../ports/chat-surface.ts'
import type { SlackApi } from './slack-api.ts'

export const POST_EVENT = 'countersign_post'

export interface ThreadPlace {
  readonly channel: string
  readonly thread_ts?: string
}

/** The message of a post that may have arrived, null where it did not; the key travels in the message's metadata. */
export async function findPosted(
  api: SlackApi,
  { channel, thread_ts: thread }: ThreadPlace,
  { keys: [key], since }: PostTry,
  signal: AbortSignal,
): Promise<string | null> {
  if (since === null || key === undefined) return null
  const isIt = (type: string, payload: Readonly<Record<string, unknown>>) =>
    type === POST_EVENT && String(payload['keys']).split(' ').includes(key)
  const search: MessageSearch =
    thread === undefined
      ? { method: 'conversations.history', place: { channel }, since, isIt }
      : { method: 'conversations.replies', place: { channel, ts: thread }, since, isIt }
  try {
    return await findMessage(api, search, signal)
  } catch (error) {
    // Where the app may not read, said twice is better than never.
    if (error instanceof VendorRejectedError) return null
    throw error
  }
}
