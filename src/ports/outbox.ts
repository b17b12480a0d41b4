import type { SurfaceName } from '../domain/surface.ts'

/** approval > result > status > chatter: what is sent first when not everything can be sent. */
export const OUTBOX_PRIORITIES = ['approval', 'result', 'status', 'chatter'] as const
export type OutboxPriority = (typeof OUTBOX_PRIORITIES)[number]

export type OutboxMessage =
  /** Bring every copy of the incident's card, on every routed channel, up to date. Coalesced; rendered when sent. */
  | {
      readonly kind: 'card'
      readonly incidentId: string
      readonly priority: OutboxPriority
      /** Not on this surface: it is what the message is about. */
      readonly except?: SurfaceName
    }
  /** Make the incident's own channel, or go on with it. Coalesced; nothing on surfaces that have none. */
  | { readonly kind: 'room'; readonly incidentId: string; readonly priority: OutboxPriority }
  /** One post in the thread below every copy of the card. */
  | { readonly kind: 'thread'; readonly incidentId: string; readonly text: string; readonly priority: OutboxPriority }
  /** To one person alone, on the surfaces where they have an account. */
  | {
      readonly kind: 'direct'
      readonly incidentId: string | null
      readonly personId: string
      readonly text: string
      /** It asks for a decision on this one, and is not sent any more once that has been given. */
      readonly proposalId?: string
      /** With the proposal: it asks for this step of its run. */
      readonly step?: { readonly runId: string; readonly stepId: string }
      /** It passes a question on, and is not sent any more once that is answered or nothing waits there any more. */
      readonly question?: { readonly proposalId: string; readonly number: number }
      readonly priority: OutboxPriority
    }
  /** The message of a change of policies and playbooks, in the surface's own channel. Coalesced; rendered when sent. */
  | {
      readonly kind: 'configuration'
      readonly incidentId: null
      readonly changeId: string
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
  /** A line of its own in a channel of one surface, about no incident. `key` makes it once. */
  | {
      readonly kind: 'notice'
      readonly incidentId: null
      readonly surface: SurfaceName
      readonly channel: string
      readonly text: string
      readonly key: string
      readonly priority: OutboxPriority
    }
  /** Show the incident's picture below its card, or bring it up to date. Coalesced; drawn when it is sent. */
  | { readonly kind: 'picture'; readonly incidentId: string; readonly priority: OutboxPriority }

const KNOWN: Readonly<Record<OutboxMessage['kind'], true>> = {
  ...{ card: true, room: true, thread: true, direct: true },
  ...{ configuration: true, post: true, notice: true, picture: true },
}
/** What this build can send. A message of another kind is of a newer build, and is left to it. */
export const OUTBOX_KINDS: readonly string[] = Object.keys(KNOWN)

/** Appended in the transaction whose outcome it tells; delivered after commit. */
export interface Outbox {
  append(messages: readonly OutboxMessage[]): Promise<void>
}

/** A message as the deliverer of one surface sees it. */
export interface WaitingMessage {
  readonly id: string
  /** Grows when the same message is asked for again while it is being sent: then it is sent once more. */
  readonly version: number
  readonly message: OutboxMessage
  readonly attempts: number
  /** Tries that began and came to no end: the process that made them is gone. */
  readonly begun: number
  /** An earlier try was sent and never answered: it may have arrived. */
  readonly mayHaveArrived: boolean
  readonly createdAt: Date
}

/** The sending side. One deliverer per surface at a time, by lease; what was not marked is sent again after a crash. */
export interface OutboxQueue {
  /** Due by database time, the most important first; only what this build knows how to send. */
  listDue(surface: SurfaceName, limit: number): Promise<readonly WaitingMessage[]>
  /**
   * Counts a try of each before it begins, so that one that takes the process with it is on record. Returns those that
   * are due still, as they are now: a list that took long may name what was sent meanwhile.
   */
  begin(messages: readonly WaitingMessage[]): Promise<readonly WaitingMessage[]>
  /** Before something is sent that a second try would double: a crash from here on leaves it as `mayHaveArrived`. */
  markSending(messages: readonly WaitingMessage[]): Promise<void>
  /** Done, unless it was asked for again meanwhile. */
  markSent(messages: readonly WaitingMessage[]): Promise<void>
  /** `isOpen`: the try may have arrived, which the next one has to find out first. */
  postpone(message: WaitingMessage, delayMs: number, error: string | null, isOpen?: boolean): Promise<void>
  describe(): Promise<{ readonly waiting: number; readonly dead: number; readonly oldestSeconds: number }>
}
