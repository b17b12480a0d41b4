import { followMessage } from '../orchestrator/follow-message.ts'
import { handleCapture } from '../orchestrator/verbs/handle-capture.ts'
import { mayOfferForm } from '../orchestrator/forms/may-offer-form.ts'
import { offerForm } from '../orchestrator/forms/offer-form.ts'
import { readHome } from '../orchestrator/read/read-home.ts'
import { submitForm } from '../orchestrator/forms/submit-form.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { RichConversation } from '../orchestrator/verbs/rich-conversation.ts'

/** For surfaces that have more than words and buttons. */
export function buildRichConversation(deps: Deps): RichConversation {
  return {
    mayOfferForm: (words) => mayOfferForm(deps, words),
    offerForm: (wish) => offerForm(deps, wish),
    submit: (form) => submitForm(deps, form),
    capture: (capture) => handleCapture(deps, capture),
    follow: (change) => followMessage(deps, change),
    home: (account) => readHome(deps, account),
  }
}
