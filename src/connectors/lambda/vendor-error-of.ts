import { z } from 'zod'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../kernel/vendor-errors.ts'
import { cleanExcerpt } from '../shared/describe-error-body.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import type { AppError } from '../../kernel/errors.ts'

const LAMBDA = 'AWS Lambda'
const DEFAULT_RETRY_MS = 2_000

/** What the SDK hangs on its errors. */
const SdkError = z.object({
  name: z.string().catch('Error'),
  message: z.string().catch('no reason given'),
  code: z.string().optional().catch(undefined),
  retryAfterSeconds: z.coerce.number().optional().catch(undefined),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
})

/** Errors of the network that are raised before a connection stands: not one byte of the request has left. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/**
 * Sorted as CONNECTORS C.2 says: 429 and other refusals mean that the function did not run; a reset, a timeout or a
 * 5xx means that nobody knows.
 */
export function toVendorError(cause: unknown, effect: boolean): AppError {
  const error = SdkError.parse(toPlain(cause))
  const status = error.$metadata?.httpStatusCode
  return status === undefined ? ofNetwork(error, effect, cause) : ofAnswer(error, status, effect, cause)
}

function ofNetwork(error: z.infer<typeof SdkError>, effect: boolean, cause: unknown): AppError {
  const what = error.code ?? error.name
  if (NOT_CONNECTED.has(what)) return new VendorUnreachableError(LAMBDA, what, { cause })
  return lost(what, effect, cause)
}

function ofAnswer(error: z.infer<typeof SdkError>, status: number, effect: boolean, cause: unknown): AppError {
  if (status === 429) {
    const seconds = error.retryAfterSeconds
    return new VendorBusyError(LAMBDA, seconds === undefined ? DEFAULT_RETRY_MS : seconds * 1000, { cause })
  }
  if (status >= 400 && status < 500) {
    return new VendorRejectedError(LAMBDA, status, error.name, cleanExcerpt(error.message, []), { cause })
  }
  return lost(`it answered ${String(status)} ${error.name}`, effect, cause)
}

function lost(what: string, effect: boolean, cause: unknown): AppError {
  return effect ? new VendorUnknownError(LAMBDA, what, { cause }) : new VendorReadFailedError(LAMBDA, what, { cause })
}

/** Names and messages of errors are not enumerable, and zod looks only at what it is given. */
function toPlain(cause: unknown): object {
  return cause instanceof Error ? Object.assign({}, cause, { name: cause.name, message: cause.message }) : {}
}
