import { AppError, RefusedError } from '../../kernel/errors.ts'
import { needsForm, renderReasonForm } from './render/reason-form.ts'
import { sendReply } from './outgoing/send-reply.ts'
import { z } from 'zod'
import type { Conversation, Press, Reply } from '../../orchestrator/index.ts'
import type { PressedButton } from '../shared/card/button-value.ts'
import type { ReplyPlace, SlackRequest } from './incoming/slack-request.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'

type ButtonRequest = Extract<SlackRequest, { kind: 'button' }>

/** A request that was acknowledged already: carried to the orchestrator, and its answer back to who asked. */
export async function handleRequest(
  conversation: Conversation,
  road: ReplyRoad,
  request: Exclude<SlackRequest, { kind: 'ignored' }>,
): Promise<void> {
  const reply = await answerTo(conversation, road, request)
  if (reply !== null) await sendReply(road, reply, request.place)
}

async function answerTo(
  conversation: Conversation,
  road: ReplyRoad,
  request: Exclude<SlackRequest, { kind: 'ignored' }>,
): Promise<Reply | null> {
  try {
    switch (request.kind) {
      case 'utterance':
        return await conversation.say(request.utterance)
      case 'form':
        return request.press === null ? NOT_OURS : await conversation.press(request.press)
      case 'button':
        return await answerToButton(conversation, road, request)
    }
  } catch (error) {
    return replyToError(road, error)
  }
}

/** A press that needs a reason opens a form first, which has three seconds from the press. */
async function answerToButton(
  conversation: Conversation,
  road: ReplyRoad,
  request: ButtonRequest,
): Promise<Reply | null> {
  const { button, message, place } = request
  if (button === null) return NOT_OURS
  if (!needsForm(button.verb)) return conversation.press(pressOf(button, place, message))
  const view = renderReasonForm(button.verb, button, { channel: place.channel, message })
  const args = { trigger_id: request.triggerId, view }
  try {
    await road.api.call('views.open', args, z.object({ ok: z.literal(true) }), AbortSignal.timeout(FORM_TIMEOUT_MS))
    return null
  } catch (error) {
    road.log.warn({ err: error, verb: button.verb }, 'slack form could not be opened')
    const typed = `/incident ${button.verb} ${button.incidentId}`
    return refusedBecause(
      'no_form',
      `The form could not be opened, so nothing counts yet. Press again, or type "${typed}".`,
    )
  }
}

const FORM_TIMEOUT_MS = 3_000

function pressOf(button: PressedButton, place: ReplyPlace, message: string | null): Press {
  return { ...button, surface: 'slack', account: place.account, channel: place.channel, message, text: null }
}

/** Refusals say what to do; of anything else the asker learns that it failed here, and nothing of the inside. */
function replyToError(road: ReplyRoad, error: unknown): Reply {
  if (error instanceof RefusedError) return refusedBecause(error.code, error.message)
  road.log.error({ err: error }, 'slack request could not be carried out')
  const hint = error instanceof AppError && error.retryable ? 'Try again in a moment.' : 'The log has the details.'
  return refusedBecause('failed', `That did not work, and it may not have counted. ${hint} The card shows what stands.`)
}

const NOT_OURS = refusedBecause(
  'not_ours',
  'This button belongs to another app or to an older version. Use the buttons of the card in its channel.',
)

function refusedBecause(code: string, text: string): Reply {
  return { kind: 'refused', code, text, rows: [], preformatted: null, card: null, shared: false, incidentId: null }
}
