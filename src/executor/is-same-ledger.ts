import type { Attempt } from '../domain/run.ts'

/**
 * Whether two readings are of the same ledger. A row that stays in its state may still get another handle, but nothing
 * is decided from that where the next thing is to send a step.
 */
export function isSameLedger(left: readonly Attempt[], right: readonly Attempt[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ id, state }, index) => id === right[index]?.id && state === right[index].state)
  )
}
