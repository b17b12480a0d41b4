/** PostgreSQL's own five-letter answer, looked for through the errors that drizzle and others wrap around it. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code)) return current.code
    current = current.cause
  }
  return undefined
}

export const SQL_STATE = {
  insufficientPrivilege: '42501',
  serializationFailure: '40001',
  deadlock: '40P01',
  uniqueViolation: '23505',
  lockNotAvailable: '55P03',
} as const
