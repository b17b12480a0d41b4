import { AppError } from '../../kernel/errors.ts'

/** The SDKs wrap what their fetch throws. */
export function ourErrorIn(cause: unknown): AppError | undefined {
  for (let current: unknown = cause; current instanceof Error; current = current.cause) {
    if (current instanceof AppError) return current
  }
  return undefined
}
