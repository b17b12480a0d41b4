import { answerToCapture } from './answer-to-capture.ts'
import { answerToForm } from './answer-to-form.ts'
import { offerForm } from './offer-form.ts'
import { NOT_OURS } from './not-ours.ts'
import { needsWords } from '../shared/card/press-words.ts'
import { renderReasonForm } from './render/reason-form.ts'
import { publishHome } from './publish-home.ts'
import { replyToError } from '../shared/reply-to-error.ts'
import { sendReply } from './outgoing/send-reply.ts'
import type { Press, Reply } from '../../orchestrator/index.ts'
import type { Acknowledge, HandledRequest, SlackWork } from './slack-work.ts'
import type { PressedButton } from '../shared/card/button-value.ts'
import type { ReplyPlace, SlackRequest } from './incoming/slack-request.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { TriggeredForm, TriggeredForms } from './triggered-forms.ts'

type ButtonRequest = Extract<SlackRequest, { kind: 'button' }>

/**
 * Acknowledged first: Slack gives up after three seconds and shows the person an error. Only a form is told at once
 * what is wrong with it, so that nothing that was filled in is lost.
 */
export async function handleRequest(
  work: SlackWork,
  road: ReplyRoad,
  forms: TriggeredForms,
  request: HandledRequest,
  acknowledge: Acknowledge,
): Promise<void> {
  if (request.kind === 'form') {
    await answerToForm(work, road, request, acknowledge)
    return
  }
  await acknowledge()
  if (request.kind === 'change') {
    await work.rich.follow(request.change)
    return
  }
  const form = forms.of(request)
  const answer = answerTo(work, road, form, request)
  const reply = await answer.catch((error: unknown) => replyToError('slack', road.log, error))
  await form.end(reply)
  if (reply !== null) await sendReply(road, reply, request.place)
}

/** Null when nothing is to be said: a form is open, or the answer stands elsewhere. */
async function answerTo(
  work: SlackWork,
  road: ReplyRoad,
  form: TriggeredForm,
  request: Exclude<HandledRequest, { kind: 'form' | 'change' }>,
): Promise<Reply | null> {
  const { place } = request
  switch (request.kind) {
    case 'utterance': {
      const { triggerId } = request
      const utterance = { ...request.utterance, ...proofOf(request) }
      const offered =
        triggerId === null ? undefined : await offerForm(work.rich, form, { kind: 'words', utterance }, request.place)
      return offered === undefined ? work.say(utterance) : offered.reply
    }
    case 'button':
      return answerToButton(work, form, request)
    case 'capture':
      return answerToCapture(work.rich, road, form, request)
    case 'declare':
    case 'inputs': {
      const at = { surface: 'slack', account: place.account, channel: place.channel, message: null } as const
      const wish =
        request.kind === 'declare'
          ? ({ kind: 'declare', place: at } as const)
          : ({ kind: 'inputs', place: at, proposalId: request.proposalId } as const)
      return (await offerForm(work.rich, form, wish, place))?.reply ?? null
    }
    case 'home':
      await publishHome(work.rich, road, place.account)
      return null
  }
}

/** A press that needs a reason opens a form first. */
async function answerToButton(work: SlackWork, form: TriggeredForm, request: ButtonRequest): Promise<Reply | null> {
  const { button, message, place } = request
  if (button === null) return NOT_OURS
  if (!needsWords(button.verb)) return work.press({ ...pressOf(button, place, message), ...proofOf(request) })
  const view = renderReasonForm(button.verb, button, { channel: place.channel, message })
  return form.open(view, `/incident ${button.verb} ${button.incidentId || (button.proposalId ?? '')}`)
}

function proofOf({ signatureHash }: Pick<ButtonRequest, 'signatureHash'>): Pick<Press, 'proof'> {
  return signatureHash === undefined ? {} : { proof: { signatureHash } }
}

function pressOf(button: PressedButton, place: ReplyPlace, message: string | null): Press {
  return { ...button, surface: 'slack', account: place.account, channel: place.channel, message, text: null }
}
