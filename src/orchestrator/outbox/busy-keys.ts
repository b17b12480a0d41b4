import type { Batch } from './gather-due.ts'
import type { WaitingMessage } from '../../ports/outbox.ts'

/** Where something is being delivered: once at a time, so that two updates of a card cannot overtake each other. */
export class BusyKeys {
  readonly #keys = new Set<string>()

  /** False where something is on its way already. */
  take(key: string): boolean {
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    return true
  }

  release(key: string): void {
    this.#keys.delete(key)
  }

  /** The batches whose turn it is, one for each key. */
  takeTurns(batches: readonly Batch[]): readonly Batch[] {
    return batches.filter(([first]) => this.take(busyKey(first)))
  }
}

/** The making of a channel takes several calls, and holds up no card. */
export function busyKey({ id, message }: WaitingMessage): string {
  if (message.incidentId === null) return id
  return message.kind === 'room' ? `room ${message.incidentId}` : message.incidentId
}
