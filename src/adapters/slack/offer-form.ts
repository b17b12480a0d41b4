import { openForm } from './open-form.ts'
import { renderDeclareForm } from './render/declare-form.ts'
import { renderInputsForm } from './render/inputs-form.ts'
import type { FormWish, Reply, RichConversation } from '../../orchestrator/index.ts'
import type { ReplyPlace } from './incoming/slack-request.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'

/** Undefined when no form helps; else it is open (`reply` is null), or the reply says why it is not. */
export async function offerForm(
  rich: RichConversation,
  road: ReplyRoad,
  wish: FormWish,
  { channel }: ReplyPlace,
  triggerId: string,
): Promise<{ readonly reply: Reply | null } | undefined> {
  const offer = await rich.offerForm(wish)
  switch (offer.kind) {
    case 'none':
      return undefined
    case 'refused':
      return { reply: offer.reply }
    case 'declare': {
      const typed = '/incident declare SEV2 Checkout is slow on checkout'
      return { reply: await openForm(road, triggerId, renderDeclareForm(offer, channel), typed) }
    }
    case 'inputs': {
      const inputs = offer.inputs.filter(({ otherwise }) => otherwise === null).map(({ name }) => ` ${name}=…`)
      const typed = `/incident run ${offer.incidentId} ${offer.playbook}${inputs.join('')}`
      return { reply: await openForm(road, triggerId, renderInputsForm(offer, channel), typed) }
    }
  }
}
