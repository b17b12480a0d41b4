import { AppError } from '../kernel/errors.ts'

/** The command line is wrong: exit code 2, with the usage of that command. */
export class UsageError extends AppError {
  constructor(message: string) {
    super('usage', message, false)
  }
}
