import { AppError } from '../kernel/errors.ts'

const LOOK_AGAIN = 'Look again before you repeat it.'
const BROKE = 'The connection to the database broke while committing, so the change may or may not stand.'
const NOT_WAITED_FOR =
  'The database was told not to wait for its standby any longer, so the change is lost if that one takes over.'

/** Nobody knows whether it was committed: read again before doing anything again. */
export class CommitUnknownError extends AppError {
  constructor(why: 'broke' | 'not_waited_for', cause?: unknown) {
    super('commit_unknown', `${why === 'broke' ? BROKE : NOT_WAITED_FOR} ${LOOK_AGAIN}`, false, { cause })
  }
}
