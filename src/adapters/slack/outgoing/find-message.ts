import { z } from 'zod'
import type { SlackApi } from './slack-api.ts'

const History = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()).optional() })
          .optional(),
      }),
    )
    .default([]),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

/** The attempt's time is our database's and the messages' is Slack's: some of the time before is looked at as well. */
const CLOCK_MARGIN_SECONDS = 120
const MOST_PAGES = 10

export interface MessageSearch {
  /** Of a channel, newest first; or of one thread, oldest first. */
  readonly method: 'conversations.history' | 'conversations.replies'
  readonly place: Readonly<Record<string, string>>
  readonly since: Date
  /** Judges what the app itself attached to a message. */
  readonly isIt: (eventType: string, payload: Readonly<Record<string, unknown>>) => boolean
}

/** Looks for a message of ours by its metadata; null when it is not there. */
export async function findMessage(api: SlackApi, search: MessageSearch, signal: AbortSignal): Promise<string | null> {
  const oldest = (search.since.getTime() / 1000 - CLOCK_MARGIN_SECONDS).toFixed(6)
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const args = { ...search.place, oldest, inclusive: true, limit: 200, include_all_metadata: true }
    const next: Record<string, string> = cursor === undefined ? {} : { cursor }
    const history = await api.call(search.method, { ...args, ...next }, History, signal)
    const found = history.messages.find(
      ({ metadata }) => metadata !== undefined && search.isIt(metadata.event_type, metadata.event_payload ?? {}),
    )
    if (found !== undefined) return found.ts
    cursor = history.response_metadata?.next_cursor
    if (history.has_more !== true || cursor === undefined || cursor === '') return null
  }
  return null
}
