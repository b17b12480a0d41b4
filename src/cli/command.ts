/** What a command gets: nothing of the process but this, so that tests can run it. */
export interface CommandContext {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly print: (line: string) => void
  readonly printError: (line: string) => void
  /** Fires on SIGINT and SIGTERM: long-running commands stop gracefully. */
  readonly signal: AbortSignal
}

/** 0 done, 1 a check failed, 2 wrong usage or configuration (CONTRACT 2). */
export type ExitCode = 0 | 1 | 2

export interface Command {
  /** As typed, for example `audit verify`. */
  readonly name: string
  readonly summary: string
  /** Shown by `--help`. */
  readonly usage: string
  /** Printed below the usage, each to be typed as it stands; a test runs every one. */
  readonly examples?: readonly string[]
  run(args: readonly string[], context: CommandContext): Promise<ExitCode>
}
