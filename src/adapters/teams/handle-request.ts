import { refusedBecause } from '../shared/refused-because.ts'
import { replyToError } from '../shared/reply-to-error.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { postHere, sendReply } from './outgoing/send-reply.ts'
import { renderHome } from './render/render-home.ts'
import { renderLine } from './render/render-reply.ts'
import type { Account } from '../../domain/person.ts'
import type { Conversation, HomeAnswer, Reply } from '../../orchestrator/index.ts'
import type { GivenAnswer } from './incoming/answer-once.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TeamsConversationStore } from '../../ports/teams-conversation-store.ts'
import type { TeamsPlace, TeamsRequest } from './incoming/teams-request.ts'
import type { TeamsRoad } from './outgoing/teams-road.ts'

export interface TeamsConversationParts extends Conversation {
  readonly home: (account: Account) => Promise<HomeAnswer>
}

export interface RequestTools {
  readonly conversation: TeamsConversationParts
  readonly road: TeamsRoad
  readonly store: Pick<TeamsConversationStore, 'remember' | 'markRemoved'>
  readonly log: Logger
  /** Work that goes on after its activity was answered; closing waits for it. */
  readonly later: (work: () => Promise<void>) => void
}

/** Teams shows an error when a press is not answered in about five seconds. */
const MOST_WAIT_MS = 3_500

/** A request that was verified: presses are answered in the response, everything else by a message of its own. */
export async function handleRequest(tools: RequestTools, request: TeamsRequest): Promise<GivenAnswer> {
  const { place } = request
  switch (request.kind) {
    case 'ignored':
      return null
    case 'removed':
      await tools.store.markRemoved(place.stored.id, request.team)
      return null
    case 'installed':
      await tools.store.remember(place.stored)
      if (place.isPersonal && place.account.user !== '') tools.later(() => showHome(tools, place))
      return null
    case 'home':
      await tools.store.remember(place.stored)
      tools.later(() => showHome(tools, place))
      return null
    case 'utterance':
      await tools.store.remember(place.stored)
      tools.later(async () => sendReply(tools.road, await answerTo(tools, request), place))
      return null
    case 'press':
      await tools.store.remember(place.stored)
      if (request.isInvoke) return answerInvoke(tools, request)
      tools.later(async () => sendReply(tools.road, await answerTo(tools, request), place))
      return null
  }
}

type Asking = Extract<TeamsRequest, { kind: 'utterance' | 'press' }>

async function answerTo({ conversation, log }: RequestTools, request: Asking): Promise<Reply> {
  try {
    if (request.kind === 'utterance') return await conversation.say(request.utterance)
    return request.press === null ? NOT_OURS : await conversation.press(request.press)
  } catch (error) {
    return replyToError('teams', log, error)
  }
}

/**
 * The line that the presser alone is shown. The card itself changes for everybody through the outbox. What takes too
 * long goes on, and its answer comes in the presser's own chat.
 */
async function answerInvoke(tools: RequestTools, request: Asking): Promise<string> {
  const reply = answerTo(tools, request)
  const inTime = await Promise.race([reply, delay(MOST_WAIT_MS, undefined, { ref: false })])
  if (inTime !== undefined) return lineAnswer(renderLine(inTime))
  tools.later(async () => sendReply(tools.road, await reply, request.place))
  return lineAnswer('That takes longer than usual. The card shows what comes of it.')
}

function lineAnswer(line: string): string {
  return JSON.stringify({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: line })
}

async function showHome({ conversation, road, log }: RequestTools, place: TeamsPlace): Promise<void> {
  try {
    const answer = await conversation.home(place.account)
    if (answer.kind === 'refused') await sendReply(road, answer.reply, place)
    else await postHere(road, place, renderHome(answer.home))
  } catch (error) {
    await sendReply(road, replyToError('teams', log, error), place)
  }
}

const NOT_OURS = refusedBecause(
  'not_ours',
  'This button belongs to another app or to an older version. Use the buttons of the card in its channel.',
)
