import type { ConversationPlace, Reply, Utterance } from '../verbs/conversation.ts'
import type { Declaration } from '../verbs/declare-and-tell.ts'

/** What somebody did that a form may help with, on a surface that has forms. */
export type FormWish =
  /** Typed words: a form opens when what they lack is better filled in than typed. */
  | { readonly kind: 'words'; readonly utterance: Utterance }
  | { readonly kind: 'declare'; readonly place: ConversationPlace }
  /** Other inputs for the plan that a card shows: they make another proposal (CONTRACT 7). */
  | { readonly kind: 'inputs'; readonly place: ConversationPlace; readonly proposalId: string }

export interface FormInput {
  readonly name: string
  /** May hold text from the playbook. */
  readonly title: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly value: string | null
  /** What it is when nothing is given; null when it has to be given. */
  readonly otherwise: string | null
}

export type FormOffer =
  | { readonly kind: 'declare'; readonly declared: Declaration; readonly services: readonly string[] }
  | {
      readonly kind: 'inputs'
      readonly incidentId: string
      readonly playbook: string
      readonly title: string
      readonly inputs: readonly FormInput[]
    }
  /** Who asks may not, or there is nothing to fill in. */
  | { readonly kind: 'refused'; readonly reply: Reply }
  /** No form helps: the words are taken as they are. */
  | { readonly kind: 'none' }

/** A form that somebody sent. */
export type FilledForm =
  | { readonly kind: 'declare'; readonly place: ConversationPlace; readonly declared: Declaration }
  | {
      readonly kind: 'inputs'
      readonly place: ConversationPlace
      readonly incidentId: string
      readonly playbook: string
      /** What was left empty is left out. */
      readonly inputs: Readonly<Record<string, string>>
    }

export type FormAnswer =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** What is wrong, by field: the form stays open. */
  | { readonly kind: 'problems'; readonly fields: Readonly<Record<string, string>> }
