import { renderDeclareForm } from './render/declare-form.ts'
import { renderInputsForm } from './render/inputs-form.ts'
import type { FormWish, Reply, RichConversation } from '../../orchestrator/index.ts'
import type { ReplyPlace } from './incoming/slack-request.ts'
import type { TriggeredForm } from './triggered-forms.ts'

/** Undefined when no form helps; else it is open (`reply` is null), or the reply says why it is not. */
export async function offerForm(
  rich: RichConversation,
  form: TriggeredForm,
  wish: FormWish,
  { channel }: ReplyPlace,
): Promise<{ readonly reply: Reply | null } | undefined> {
  const offer = await rich.offerForm(wish)
  switch (offer.kind) {
    case 'none':
      return undefined
    case 'refused':
      return { reply: offer.reply }
    case 'declare': {
      const typed = '/incident declare SEV2 Checkout is slow on checkout'
      return { reply: await form.open(renderDeclareForm(offer, channel), typed) }
    }
    case 'inputs': {
      const inputs = offer.inputs.filter(({ otherwise }) => otherwise === null).map(({ name }) => ` ${name}=…`)
      const typed = `/incident run ${offer.incidentId} ${offer.playbook}${inputs.join('')}`
      return { reply: await form.open(renderInputsForm(offer, channel), typed) }
    }
  }
}
