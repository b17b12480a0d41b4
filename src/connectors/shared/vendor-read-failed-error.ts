import { VendorUnreachableError } from '../../kernel/vendor-errors.ts'
import type { ErrorOptionsWithCause } from '../../kernel/errors.ts'

/**
 * A request that only reads was sent and brought no usable answer. Whoever handles "not reached" handles it the same
 * way, since nothing can have happened; only the sentence differs.
 */
export class VendorReadFailedError extends VendorUnreachableError {
  constructor(vendor: string, detail: string, options?: ErrorOptionsWithCause) {
    super(vendor, detail, options)
    this.message = `${vendor} gave no usable answer (${detail}); nothing was changed. Check that it is up, then try again.`
  }
}
