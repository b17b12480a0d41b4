import type { SurfaceName } from '../domain/surface.ts'

/** approval > result > status > chatter: what is sent first when not everything can be sent. */
export const OUTBOX_PRIORITIES = ['approval', 'result', 'status', 'chatter'] as const
export type OutboxPriority = (typeof OUTBOX_PRIORITIES)[number]

export type OutboxMessage =
  /** Bring every copy of the incident's card, on every routed channel, up to date. Coalesced; rendered when sent. */
  | { readonly kind: 'card'; readonly incidentId: string; readonly priority: OutboxPriority }
  /** One post in the thread below every copy of the card. */
  | { readonly kind: 'thread'; readonly incidentId: string; readonly text: string; readonly priority: OutboxPriority }
  /** To one person alone, on the surfaces where they have an account. */
  | {
      readonly kind: 'direct'
      readonly incidentId: string | null
      readonly personId: string
      readonly text: string
      readonly priority: OutboxPriority
    }
  /** As a channel's own message, from the playbook action `chat/post`; `key` makes it once. */
  | {
      readonly kind: 'post'
      readonly incidentId: string
      readonly text: string
      readonly key: string
      readonly priority: OutboxPriority
    }

/** Appended in the transaction whose outcome it tells; delivered after commit. */
export interface Outbox {
  append(messages: readonly OutboxMessage[]): Promise<void>
}

/** Where a card lives. */
export interface CardRoute {
  readonly surface: SurfaceName
  readonly channel: string
}
