import { AppError } from './errors.ts'

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

/** Why nothing can be written at the moment, where that is what PostgreSQL's answer (SQLSTATE) says. */
export function whyUnwritable(sqlState: string): string | undefined {
  return UNWRITABLE.find(([states]) => states.test(sqlState))?.[1]
}

/** What a transaction was to do cannot be put on record, so none of it was done. */
export class UnwritableError extends AppError {
  constructor(why: string, cause: unknown) {
    super(
      'unwritable',
      `Nothing was done, because it cannot be put on record: ${why}. Try again when that is mended.`,
      true,
      {
        cause,
      },
    )
  }
}
