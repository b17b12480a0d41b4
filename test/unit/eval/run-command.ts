import type { Command } from '../../../src/cli/command.ts'

/** Runs a command in this process; what it printed, line by line. */
export async function runCommand(command: Command, args: readonly string[]) {
  const lines: string[] = []
  const context = {
    variables: {},
    print: (line: string) => lines.push(line),
    printError: (line: string) => lines.push(line),
    signal: new AbortController().signal,
  }
  const exitCode = await command.run(args, context)
  return { exitCode, lines }
}
