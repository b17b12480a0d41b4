import type { OutboxMessage, WaitingMessage } from './outbox.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** A message that was given up, and why. */
export interface DeadLetter {
  readonly id: string
  readonly surface: SurfaceName
  readonly message: OutboxMessage
  readonly reason: string
  readonly createdAt: Date
}

/** What nobody would take: kept until a person has mended the reason and sends it again. */
export interface DeadLetterStore {
  /** Not sent any more; stays visible. */
  bury(message: WaitingMessage, reason: string): Promise<void>
  /** The newest first. */
  list(limit: number): Promise<readonly DeadLetter[]>
  /** Wait again, as new; those of the ids that were dead. A card that waits anew already is not doubled. */
  revive(ids: readonly string[]): Promise<readonly DeadLetter[]>
}
