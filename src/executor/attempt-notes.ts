import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'

/**
 * Why an attempt that is over may be followed by another one. It stands in the attempt's `output`, since an attempt
 * that ended like this has no other:
 *
 *   not_sent       the process died or stood still between the intent and the request; nothing left us
 *   not_executed   the target refused it or was not reached, or proved later that nothing happened
 *   reissue        nobody knows whether it happened, and doing it again under the same key is harmless
 *   person         the plan's quorum said that it is to be sent again
 */
export const AGAIN_REASONS = ['not_sent', 'not_executed', 'reissue', 'person'] as const
export type AgainReason = (typeof AGAIN_REASONS)[number]

export function againNote(again: AgainReason, retryAfterMs: number | null = null): JsonObject {
  return retryAfterMs === null ? { again } : { again, retryAfterMs }
}

/** The process stood still before the request was written. An older build reads `not_sent` and sends it again as well. */
export const STOOD_STILL_NOTE: JsonObject = { ...againNote('not_sent'), stoodStill: true }

/** How often the target was, or may have been, asked for an effect: where the process stood still says nothing of it. */
export function countTries(attempts: readonly Attempt[]): number {
  return attempts.filter(({ output }) => output?.['stoodStill'] !== true).length
}

/** A person ended an attempt without knowing whether it happened: Undo has to count with it. */
export const ABORTED_NOTE: JsonObject = { aborted: true }

export function againReasonOf(attempt: Attempt): AgainReason | undefined {
  if (attempt.state !== 'failed') return undefined
  return AGAIN_REASONS.find((reason) => reason === attempt.output?.['again'])
}

export function retryAfterOf(attempt: Attempt): number | null {
  const value = attempt.output?.['retryAfterMs']
  return typeof value === 'number' ? value : null
}

/** True unless the attempt provably left no trace: done, accepted by the target, unknown, or given up unknown. */
export function mayHaveActed(attempt: Attempt): boolean {
  switch (attempt.state) {
    case 'done':
    case 'sent':
    case 'unknown':
      return true
    case 'intended':
      return false
    case 'failed':
      return attempt.handle !== null || attempt.output?.['aborted'] === true || isUncertainRetry(attempt)
  }
}

function isUncertainRetry(attempt: Attempt): boolean {
  const reason = againReasonOf(attempt)
  return reason === 'reissue' || reason === 'person'
}
