import { z } from 'zod'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../kernel/vendor-errors.ts'
import { cleanExcerpt } from '../shared/describe-error-body.ts'
import { retryAfterMs } from '../shared/retry-after.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import type { AppError } from '../../kernel/errors.ts'

const LAMBDA = 'AWS Lambda'

/** What the SDK hangs on its errors. */
const SdkError = z.object({
  name: z.string().catch('Error'),
  message: z.string().catch('no reason given'),
  code: z.string().optional().catch(undefined),
  $response: z
    .object({ headers: z.object({ 'retry-after': z.string().optional() }) })
    .optional()
    .catch(undefined),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
})

/**
 * Sorted as CONNECTORS C.2 says: 429 and other refusals mean that the function did not run; a reset, a timeout or a
 * 5xx means that nobody knows.
 */
export function toVendorError(cause: unknown, wasConnected: boolean, effect: boolean): AppError {
  const error = SdkError.parse(cause ?? {})
  const status = error.$metadata?.httpStatusCode
  return status === undefined ? ofNetwork(error, wasConnected, effect, cause) : ofAnswer(error, status, effect, cause)
}

function ofNetwork(error: z.infer<typeof SdkError>, wasConnected: boolean, effect: boolean, cause: unknown): AppError {
  const what = error.code ?? error.name
  return wasConnected ? lost(what, effect, cause) : new VendorUnreachableError(LAMBDA, what, { cause })
}

function ofAnswer(error: z.infer<typeof SdkError>, status: number, effect: boolean, cause: unknown): AppError {
  if (status === 429) {
    const retryAfter = error.$response?.headers['retry-after']
    return new VendorBusyError(LAMBDA, retryAfterMs(retryAfter, Date.now()), { cause })
  }
  if (status >= 400 && status < 500) {
    return new VendorRejectedError(LAMBDA, status, error.name, cleanExcerpt(error.message, []), { cause })
  }
  return lost(`it answered ${String(status)} ${error.name}`, effect, cause)
}

function lost(what: string, effect: boolean, cause: unknown): AppError {
  return effect ? new VendorUnknownError(LAMBDA, what, { cause }) : new VendorReadFailedError(LAMBDA, what, { cause })
}
