/** PostgreSQL's own five-letter answer, looked for through the errors that drizzle and others wrap around it. */
export function sqlStateOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, cause } = current as { readonly code?: unknown; readonly cause?: unknown }
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
    current = cause
  }
  return undefined
}

export const SQL_STATE = {
  insufficientPrivilege: '42501',
  serializationFailure: '40001',
  deadlock: '40P01',
  uniqueViolation: '23505',
  lockNotAvailable: '55P03',
  /** Among others "cached plan must not change result type". */
  featureNotSupported: '0A000',
} as const
