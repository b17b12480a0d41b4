import type { JsonObject } from '../kernel/json.ts'

export const TEAMS_CONVERSATION_KINDS = ['channel', 'group', 'personal'] as const
export type TeamsConversationKind = (typeof TEAMS_CONVERSATION_KINDS)[number]

/** A place in Teams where the app is installed, as the newest authenticated activity from there described it. */
export interface TeamsConversation {
  /** Without `;messageid=`. */
  readonly id: string
  readonly tenant: string
  readonly kind: TeamsConversationKind
  /** aadObjectId of the person of a personal chat. */
  readonly personAccount: string | null
  readonly serviceUrl: string
  /** Who we are there, and the team of a channel. */
  readonly reference: JsonObject
}

/** Where the bot may speak by itself. The service address can change: the newest one counts. */
export interface TeamsConversationStore {
  /** Adds it, or brings it up to date; a place that was removed is there again. */
  remember(conversation: TeamsConversation): Promise<void>
  /** Undefined where the app never was, and where it was taken out. */
  find(id: string): Promise<TeamsConversation | undefined>
  findPersonal(tenant: string, personAccount: string): Promise<TeamsConversation | undefined>
  /** Channels of this tenant, those that were heard from last first. */
  listNewestChannels(tenant: string, most: number): Promise<readonly TeamsConversation[]>
  /** Of any place in this tenant, or in any tenant where it is null. */
  findNewestServiceUrl(tenant: string | null): Promise<string | undefined>
  /** The app was taken out: of a team, out of every channel of it. */
  markRemoved(id: string, team: string | null): Promise<void>
}
