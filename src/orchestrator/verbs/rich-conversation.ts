import type { Account } from '../../domain/person.ts'
import type { Capture, CaptureAnswer } from './handle-capture.ts'
import type { FilledForm, FormAnswer, FormOffer, FormWish } from '../forms/form.ts'
import type { HomeAnswer } from '../read/read-home.ts'
import type { MessageChange } from '../follow-message.ts'

/** What a surface that has forms, shortcuts and a front page of its own asks for besides words and presses. */
export interface RichConversation {
  /** Asks nobody anything; where it is false, no form is offered for these words. */
  readonly mayOfferForm: (words: string) => boolean
  readonly offerForm: (wish: FormWish) => Promise<FormOffer>
  readonly submit: (form: FilledForm) => Promise<FormAnswer>
  readonly capture: (capture: Capture) => Promise<CaptureAnswer>
  readonly follow: (change: MessageChange) => Promise<void>
  readonly home: (account: Account) => Promise<HomeAnswer>
}
