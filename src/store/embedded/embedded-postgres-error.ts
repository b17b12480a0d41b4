import { AppError } from '../../kernel/errors.ts'
import type { ErrorOptionsWithCause } from '../../kernel/errors.ts'

export type EmbeddedPostgresProblem =
  | 'no_binaries'
  | 'no_user'
  | 'no_folder'
  | 'foreign_folder'
  | 'wrong_version'
  | 'busy'
  | 'initdb_failed'
  | 'start_failed'
  | 'no_answer'

/** The embedded database cannot be had here; the message ends with the way out. */
export class EmbeddedPostgresError extends AppError {
  constructor(problem: EmbeddedPostgresProblem, message: string, options?: ErrorOptionsWithCause) {
    super(`embedded_postgres_${problem}`, message, problem === 'busy', options)
  }
}

export const USE_DATABASE_URL = 'Set DATABASE_URL to a PostgreSQL server (15 or later) instead.'
