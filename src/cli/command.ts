/** What a command gets: nothing of the process but this, so that tests can run it. */
export interface CommandContext {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly print: (line: string) => void
  readonly printError: (line: string) => void
  /** Fires on SIGINT and SIGTERM: long-running commands stop gracefully. */
  readonly signal: AbortSignal
  /** Told which secrets nothing that is printed from then on may hold. */
  readonly learnSecrets?: (secrets: readonly string[]) => void
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
  /** What it prints are lines of the log, which are looked at where they are made. */
  readonly printsLog?: boolean
  run(args: readonly string[], context: CommandContext): Promise<ExitCode>
}
