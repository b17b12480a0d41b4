import { AppError } from '../../kernel/errors.ts'
import type { ErrorOptionsWithCause } from '../../kernel/errors.ts'
import type { Fault } from './answers.ts'

/** Thrown by a handler to give one exact answer. */
export class HttpFault extends AppError {
  readonly fault: Fault

  constructor(fault: Fault, options?: ErrorOptionsWithCause) {
    super(fault.code, fault.message, fault.status === 503 || fault.status === 429, options)
    this.fault = fault
  }
}
