import { readMessage } from './outgoing/read-message.ts'
import { refusedBecause } from '../shared/refused-because.ts'
import { renderCaptureForm } from './render/capture-form.ts'
import type { Account } from '../../domain/person.ts'
import type { Capture, Reply, RichConversation } from '../../orchestrator/index.ts'
import type { CaptureWish, SlackRequest } from './incoming/slack-request.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { TriggeredForm } from './triggered-forms.ts'

/** A shortcut on a message, or a pin. Where it is not clear which incident is meant, a form asks. */
export async function answerToCapture(
  rich: RichConversation,
  road: ReplyRoad,
  form: TriggeredForm,
  request: Extract<SlackRequest, { kind: 'capture' }>,
): Promise<Reply | null> {
  const { wish, triggerId, place } = request
  const answer = await rich.capture(captureOf(road, wish, place.account))
  switch (answer.kind) {
    case 'nothing':
      return null
    case 'reply':
      return answer.reply
    case 'choose': {
      if (triggerId !== null) {
        const view = renderCaptureForm(wish, answer.incidents, answer.words)
        return form.open(view, 'note INC-12 <text>')
      }
      return refusedBecause('which_incident', 'Several incidents are open. Use the shortcut "Add to timeline" instead.')
    }
  }
}

export function captureOf(road: ReplyRoad, wish: CaptureWish, account: Account): Capture {
  const { channel, message, how, incidentId, words } = wish
  const read = async () => words ?? (await readMessage(road, channel, message, account.tenant))
  return { surface: 'slack', account, channel, message, how, incidentId, read }
}
