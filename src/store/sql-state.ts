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

/** Appendix A of PostgreSQL's manual. */
const UNWRITABLE: readonly (readonly [states: RegExp, why: string])[] = [
  [/^53100$/, 'the disk of the database is full'],
  [/^53/, 'the database has run out of resources'],
  [/^58/, 'the database cannot write to its disk'],
  [/^25006$/, 'the database takes no changes at the moment'],
  [/^42501$/, 'the login of the service lacks a right, which "countersign doctor" names'],
  [/^57014$/, 'the database did not get to it in time'],
  [/^57P/, 'the database stops or starts'],
]

/** Why nothing can be written at the moment, where that is what the error says. */
export function whyUnwritable(error: unknown): string | undefined {
  const state = sqlStateOf(error)
  return state === undefined ? undefined : UNWRITABLE.find(([states]) => states.test(state))?.[1]
}
