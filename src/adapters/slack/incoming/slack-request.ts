import type { Account } from '../../../domain/person.ts'
import type { Capture, ChatWords, FilledForm, MessageChange, Press, Utterance } from '../../../orchestrator/index.ts'
import type { PressedButton } from '../../shared/card/button-value.ts'

/** Where the answer goes when the request has its own address for it. */
export interface ReplyPlace {
  readonly account: Account
  readonly channel: string | null
  /** The thread it was said in. */
  readonly thread: string | null
  /** A secret: whoever has it can speak for us. */
  readonly responseUrl: string | null
  /** A conversation with one person: nobody else reads along, so answers stand there like any message. */
  readonly isPersonal: boolean
}

/** A message that belongs on a timeline; words that Slack did not send along have to be read. */
export type CaptureWish = Pick<Capture, 'channel' | 'message' | 'how' | 'incidentId'> & {
  readonly words: ChatWords | null
}

/** A form of ours that somebody sent, and which of its fields a refusal belongs to. */
export type SentForm =
  | { readonly kind: 'press'; readonly press: Press; readonly field: string }
  | { readonly kind: 'filled'; readonly filled: FilledForm; readonly field: string }
  | { readonly kind: 'capture'; readonly wish: CaptureWish; readonly field: string }

interface Keyed {
  /** What makes it one request, however often it arrives. */
  readonly key: string
  readonly place: ReplyPlace
  /** Of the signature that was verified; absent over a socket, where Slack signs nothing. */
  readonly signatureHash?: string
}

/** A verified request in our words. */
export type SlackRequest =
  | (Keyed & {
      readonly kind: 'utterance'
      readonly utterance: Utterance
      /** With it a form may be opened within three seconds. */
      readonly triggerId: string | null
    })
  | (Keyed & {
      readonly kind: 'button'
      readonly button: PressedButton | null
      readonly triggerId: string
      readonly message: string | null
    })
  | (Keyed & { readonly kind: 'form'; readonly form: SentForm | null })
  | (Keyed & { readonly kind: 'capture'; readonly wish: CaptureWish; readonly triggerId: string | null })
  | (Keyed & { readonly kind: 'declare'; readonly triggerId: string })
  | (Keyed & { readonly kind: 'inputs'; readonly triggerId: string; readonly proposalId: string })
  | (Keyed & { readonly kind: 'home' })
  | { readonly kind: 'change'; readonly key: string; readonly change: MessageChange }
  /** The app was taken out of a workspace, or its token was revoked. */
  | { readonly kind: 'uninstalled'; readonly key: string; readonly reason: 'app_uninstalled' | 'tokens_revoked' }
  /** Nothing for us: what other bots say, and kinds of requests that we don't offer. */
  | { readonly kind: 'ignored'; readonly key: string }
