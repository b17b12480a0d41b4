/** What every error of ours carries: a stable code, whether trying again can help, and a message that says what to do. */
export interface ErrorOptionsWithCause {
  cause?: unknown
}

export abstract class AppError extends Error {
  readonly code: string
  readonly retryable: boolean

  constructor(code: string, message: string, retryable: boolean, options: ErrorOptionsWithCause = {}) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.retryable = retryable
  }
}

/** A person or a system asked for something that we refuse; the message is shown to the asker as it is. */
export class RefusedError extends AppError {
  constructor(code: string, message: string, options?: ErrorOptionsWithCause) {
    super(code, message, false, options)
  }
}

/** Something named does not exist. */
export class NotFoundError extends AppError {
  constructor(what: string, id: string) {
    super('not_found', `There is no ${what} ${id}. Check the id with "list".`, false)
  }
}

/** Somebody else moved the row first; the caller reads again and decides anew. */
export class StaleError extends AppError {
  constructor(code: string, message: string) {
    super(code, message, true)
  }
}

/** A replica lost its lease: it must drop all it holds and record nothing. */
export class FencedError extends AppError {
  constructor(what: string) {
    super('fenced', `This replica no longer holds the lease on ${what}; it stops here and another one goes on.`, false)
  }
}

export interface Problem {
  readonly file: string
  /** Where in the file, as `line:column` and/or a dotted path; empty when the whole file is meant. */
  readonly at: string
  readonly found: string
  readonly expected: string
}

/** All that is wrong with the configuration, at once. */
export class ConfigurationError extends AppError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map((problem) => {
      const place = [problem.file, problem.at].filter((part) => part !== '').join(':')
      return `  ${place}: found ${problem.found}; expected ${problem.expected}`
    })
    super('configuration', `The configuration has ${problems.length} mistake(s):\n${lines.join('\n')}`, false)
    this.problems = problems
  }
}
