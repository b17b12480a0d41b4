import type { Account } from '../../../domain/person.ts'
import type { Press, Utterance } from '../../../orchestrator/index.ts'
import type { PressedButton } from '../../shared/card/button-value.ts'

/** Where the answer goes when the request has its own address for it. */
export interface ReplyPlace {
  readonly account: Account
  readonly channel: string | null
  /** The thread it was said in. */
  readonly thread: string | null
  /** A secret: whoever has it can speak for us. */
  readonly responseUrl: string | null
}

/** A verified request in our words. */
export type SlackRequest =
  | { readonly kind: 'utterance'; readonly key: string; readonly utterance: Utterance; readonly place: ReplyPlace }
  | {
      readonly kind: 'button'
      readonly key: string
      readonly button: PressedButton | null
      readonly triggerId: string
      readonly message: string | null
      readonly place: ReplyPlace
    }
  | { readonly kind: 'form'; readonly key: string; readonly press: Press | null; readonly place: ReplyPlace }
  /** Nothing for us: what other bots say, and kinds of requests that we don't offer. */
  | { readonly kind: 'ignored'; readonly key: string }
