import { AppError } from './errors.ts'
import type { ErrorOptionsWithCause } from './errors.ts'

/**
 * What a call to a vendor can come to, besides an answer (CONNECTORS C.7). The difference that matters is whether the
 * request can have had its effect: `VendorUnreachableError` and `VendorRejectedError` say no, `VendorUnknownError`
 * says that nobody knows until the target is asked.
 */
export class VendorUnreachableError extends AppError {
  constructor(vendor: string, detail: string, options?: ErrorOptionsWithCause) {
    super(
      'vendor_unreachable',
      `${vendor} was not reached (${detail}); nothing was sent. Check its address and that it is up.`,
      true,
      options,
    )
  }
}

export class VendorBusyError extends AppError {
  readonly retryAfterMs: number

  constructor(vendor: string, retryAfterMs: number, options?: ErrorOptionsWithCause) {
    super(
      'vendor_busy',
      `${vendor} asks us to wait ${String(Math.ceil(retryAfterMs / 1000))} s before the next request.`,
      true,
      options,
    )
    this.retryAfterMs = retryAfterMs
  }
}

export class VendorRejectedError extends AppError {
  readonly status: number
  /** The vendor's own error code, when it gave one. */
  readonly vendorCode: string

  constructor(vendor: string, status: number, vendorCode: string, detail: string, options?: ErrorOptionsWithCause) {
    super(
      'vendor_rejected',
      `${vendor} refused the request (${String(status)} ${vendorCode}): ${detail}`,
      false,
      options,
    )
    this.status = status
    this.vendorCode = vendorCode
  }
}

export class VendorUnknownError extends AppError {
  constructor(vendor: string, detail: string, options?: ErrorOptionsWithCause) {
    super(
      'vendor_unknown',
      `${vendor} may or may not have done it (${detail}); ask it before doing anything again.`,
      false,
      options,
    )
  }
}
