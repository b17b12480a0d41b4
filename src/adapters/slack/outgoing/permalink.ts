import { AppError } from '../../../kernel/errors.ts'
import { z } from 'zod'
import type { CardReference } from '../../../ports/chat-surface.ts'
import type { SlackApi } from './slack-api.ts'

const Permalink = z.object({ permalink: z.string().max(3_000) })
const MOST_KNOWN = 1_000
const known = new WeakMap<SlackApi, Map<string, string>>()

/**
 * Where a message can be opened; Slack alone knows the workspace's address. It never changes, so it is asked once. Null
 * when it cannot be told: what it would decorate does without.
 */
export async function permalinkOf(api: SlackApi, at: CardReference, signal: AbortSignal): Promise<string | null> {
  const links = known.get(api) ?? new Map<string, string>()
  known.set(api, links)
  const key = `${at.channel} ${at.message}`
  const cached = links.get(key)
  if (cached !== undefined) return cached
  try {
    const args = { channel: at.channel, message_ts: at.message }
    const { permalink } = await api.call('chat.getPermalink', args, Permalink, signal)
    if (!isWebAddress(permalink)) return null
    if (links.size >= MOST_KNOWN) links.clear()
    links.set(key, permalink)
    return permalink
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

function isWebAddress(address: string): boolean {
  return URL.canParse(address) && ['https:', 'http:'].includes(new URL(address).protocol)
}
