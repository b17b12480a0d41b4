import { z } from 'zod'
import { QUIET } from './quiet.ts'
import { isAllowedResponseUrl } from './response-url.ts'
import { renderReply } from '../render/render-reply.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { Redactor } from '../../../kernel/redactor.ts'
import type { Reply } from '../../../orchestrator/index.ts'
import type { ReplyPlace } from '../incoming/slack-request.ts'
import type { SlackApi } from './slack-api.ts'
import type { SlackMessage } from '../render/render-card.ts'
import type { SlackTransport } from './slack-transport.ts'

export interface ReplyRoad {
  readonly api: SlackApi
  readonly transport: SlackTransport
  readonly apiUrl: string
  readonly log: Logger
  readonly redact: Redactor
}

const Done = z.object({ ok: z.literal(true) })
const Opened = z.object({ channel: z.object({ id: z.string().min(1) }) })
const TIMEOUT_MS = 10_000

/**
 * Answers the asker alone, unless the answer is shared; refusals are never shared. The request's own address is used
 * where there is one: it works also where the bot is no member. What cannot be delivered that way goes the next one.
 */
export async function sendReply(road: ReplyRoad, reply: Reply, place: ReplyPlace): Promise<void> {
  const message = renderReply(reply)
  // Where nobody else reads along, an answer is a message like any other: it stays when the page is loaded anew.
  const isShared = place.isPersonal || (reply.shared && reply.kind === 'answer')
  const ways = [
    ...(place.responseUrl === null ? [] : [() => respond(road, place.responseUrl ?? '', message, isShared)]),
    ...(place.channel === null ? [] : [() => postIn(road, place.channel ?? '', place, message, isShared)]),
    ...(isShared ? [] : [() => tell(road, place, message)]),
  ]
  for (const way of ways) {
    try {
      await way()
      return
    } catch (error) {
      road.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'slack reply took another way')
    }
  }
  road.log.warn({ code: reply.code, channel: place.channel }, 'slack reply could not be delivered')
}

async function respond(road: ReplyRoad, url: string, message: SlackMessage, isShared: boolean): Promise<void> {
  if (!isAllowedResponseUrl(url, road.apiUrl)) {
    road.log.warn({}, 'slack response_url leads elsewhere and is not used')
    throw new Error('its response_url is not on Slack’s host')
  }
  const body = {
    ...message,
    response_type: isShared ? 'in_channel' : 'ephemeral',
    replace_original: false,
    delete_original: false,
    unfurl_links: false,
    unfurl_media: false,
  }
  const response = await road.transport.withSignal(AbortSignal.timeout(TIMEOUT_MS), () =>
    road.transport.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(road.redact(body)),
      redirect: 'error',
    }),
  )
  if (!response.ok) throw new Error(`its response_url answered ${String(response.status)}`)
}

async function postIn(
  road: ReplyRoad,
  channel: string,
  place: ReplyPlace,
  message: SlackMessage,
  isShared: boolean,
): Promise<void> {
  const thread = place.thread === null ? {} : { thread_ts: place.thread }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  if (isShared) {
    await road.api.call('chat.postMessage', { channel, ...thread, ...message, ...QUIET }, Done, signal)
    return
  }
  const { link_names, parse } = QUIET
  const args = { channel, user: place.account.user, ...thread, ...message, link_names, parse }
  await road.api.call('chat.postEphemeral', args, Done, signal)
}

/** Where the asker cannot see an ephemeral message, they get a direct one. */
async function tell(road: ReplyRoad, place: ReplyPlace, message: SlackMessage): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const { channel } = await road.api.call('conversations.open', { users: place.account.user }, Opened, signal)
  await road.api.call('chat.postMessage', { channel: channel.id, ...message, ...QUIET }, Done, signal)
}
