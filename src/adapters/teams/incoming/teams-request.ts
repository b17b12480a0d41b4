import type { Account } from '../../../domain/person.ts'
import type { Press, Utterance } from '../../../orchestrator/index.ts'
import type { TeamsConversation } from '../../../ports/teams-conversation-store.ts'

/** Where an activity came from, and where its answer goes. */
export interface TeamsPlace {
  readonly account: Account
  /** The account as this conversation names it. */
  readonly member: string
  readonly serviceUrl: string
  /** With the thread of a channel: `19:…;messageid=…`. */
  readonly conversation: string
  readonly isPersonal: boolean
  /** The conversation as it is remembered for messages of our own. */
  readonly stored: TeamsConversation
}

/** A verified activity in our words. */
export type TeamsRequest =
  | { readonly kind: 'utterance'; readonly utterance: Utterance; readonly place: TeamsPlace }
  /** A press: `isInvoke` is answered in the response, an older client’s comes as a message. */
  | { readonly kind: 'press'; readonly press: Press | null; readonly isInvoke: boolean; readonly place: TeamsPlace }
  /** What waits for this person, in their own chat. */
  | { readonly kind: 'home'; readonly place: TeamsPlace }
  | { readonly kind: 'installed'; readonly place: TeamsPlace }
  | { readonly kind: 'removed'; readonly place: TeamsPlace; readonly team: string | null }
  /** Nothing for us: what bots say, and kinds of activities that we don’t offer. */
  | { readonly kind: 'ignored'; readonly place: TeamsPlace }
