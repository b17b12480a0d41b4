import { AppError } from './errors.ts'

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
