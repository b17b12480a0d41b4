import { UnwritableError } from '../../kernel/database-errors.ts'
import { AppError, RefusedError } from '../../kernel/errors.ts'
import { refusedBecause } from './refused-because.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Reply } from '../../orchestrator/index.ts'

/** Refusals say what to do; of anything else the asker learns that it failed here, and nothing of the inside. */
export function replyToError(surface: 'slack' | 'teams', log: Logger, error: unknown): Reply {
  if (error instanceof RefusedError) return refusedBecause(error.code, error.message)
  if (error instanceof UnwritableError) {
    log.error({ err: error }, 'what somebody asked for cannot be put on record')
    return refusedBecause(error.code, error.message)
  }
  log.error({ err: error }, `${surface} request could not be carried out`)
  const hint = error instanceof AppError && error.retryable ? 'Try again in a moment.' : 'The log has the details.'
  return refusedBecause('failed', `That did not work, and it may not have counted. ${hint} The card shows what stands.`)
}
