import { UnwritableError } from '../../kernel/database-errors.ts'
import { AppError, NotFoundError, RefusedError, StaleError } from '../../kernel/errors.ts'
import type { Fault } from './answers.ts'
import { HttpFault } from './http-fault.ts'
import { UnreadableJsonError } from '../../kernel/parse-json.ts'

const RETRY_AFTER_SECONDS = 5

/** What a caller is told of an error; of what is our own fault, nothing but that it is. */
export function faultOfError(error: unknown): Fault {
  if (error instanceof HttpFault) return error.fault
  if (error instanceof UnreadableJsonError) {
    return { status: error.reason === 'too_large' ? 413 : 400, code: error.code, message: error.message }
  }
  if (isUnavailable(error)) {
    return {
      status: 503,
      code: 'unavailable',
      message:
        error instanceof UnwritableError
          ? error.message
          : 'The database does not answer, so nothing was kept. Send it again.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    }
  }
  if (error instanceof NotFoundError) return { status: 404, code: error.code, message: error.message }
  if (error instanceof RefusedError) {
    return { status: error.code === 'not_allowed' ? 403 : 409, code: error.code, message: error.message }
  }
  if (error instanceof StaleError) return { status: 409, code: error.code, message: error.message }
  return {
    status: 500,
    code: 'internal',
    message: 'Something broke here; the log has the details under this request id.',
  }
}

/** Connection lost (class 08), out of resources (53), shutting down (57P), or a cancelled statement (57014). */
const UNAVAILABLE_STATES = /^(?:08|53|57)[0-9A-Z]{3}$/
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'commit_unknown',
])
/** The driver gives these no code. */
const UNAVAILABLE_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end/i

/** Whether the database is away rather than the request wrong: then a 503 makes the sender try again. */
function isUnavailable(error: unknown): boolean {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 6; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : ''
    if (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_STATES.test(code)) return true
    if (!(current instanceof AppError) && UNAVAILABLE_TEXT.test(current.message)) return true
    current = current.cause
  }
  return false
}
