import { AppError } from '../../kernel/errors.ts'
import { VendorBusyError, VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { WaitingMessage } from '../../ports/outbox.ts'

export interface FailureVerdict {
  readonly next: 'retry' | 'bury'
  readonly delayMs: number
  readonly reason: string
  /** Being asked to wait is no failed attempt. */
  readonly isAttempt: boolean
}

/** Ours to mend, not the message's fault: it waits until somebody has replaced the token. */
const BROKEN_ACCESS: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'missing_scope',
  // Teams: a secret that expired, an app that was not added to the team yet.
  'unauthorized',
  'not_installed',
]
const ACCESS_RETRY_MS = 60_000
/** Chatter that could not be said for so long has lost its meaning; a card is rendered anew whenever it is sent. */
const CHATTER_ATTEMPTS = 60

/**
 * What becomes of a message that could not be delivered. Only what the platform will never take is buried, and chatter
 * that has waited for about an hour; cards wait out any outage, so that the final state is always shown.
 */
export function judgeFailure(waiting: WaitingMessage, error: unknown, randomByte: number): FailureVerdict {
  const reason = error instanceof AppError ? error.message : String(error)
  if (error instanceof VendorBusyError) {
    return { next: 'retry', delayMs: error.retryAfterMs, reason, isAttempt: false }
  }
  if (error instanceof VendorRejectedError) {
    const isOurs = waiting.message.kind !== 'room' && isBrokenAccess(error)
    return { next: isOurs ? 'retry' : 'bury', delayMs: ACCESS_RETRY_MS, reason, isAttempt: true }
  }
  const { kind } = waiting.message
  const isChatter = kind === 'thread' || kind === 'direct'
  const isOver = isChatter && waiting.attempts + 1 >= CHATTER_ATTEMPTS
  return { next: isOver ? 'bury' : 'retry', delayMs: backoffMs(waiting.attempts, randomByte), reason, isAttempt: true }
}

/** The platform answers, and lets us do nothing: for people it is as good as down. */
export function isBrokenAccess(error: unknown): boolean {
  return error instanceof VendorRejectedError && BROKEN_ACCESS.includes(error.vendorCode)
}

const GONE_CODES: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed']

/** The message that was to be changed is not there any more, or takes no change; nothing is said of any other one. */
export function isGone(error: unknown): boolean {
  return error instanceof VendorRejectedError && GONE_CODES.includes(error.vendorCode)
}

/** 1 s, 2 s, 4 s … up to a minute, each between half and the whole of it: replicas and messages spread. */
function backoffMs(attempts: number, randomByte: number): number {
  const ceiling = Math.min(60_000, 1000 * 2 ** Math.min(attempts, 10))
  return ceiling / 2 + (ceiling / 2) * (randomByte / 255)
}
