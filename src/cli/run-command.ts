import { AppError, ConfigurationError } from '../kernel/errors.ts'
import { UsageError } from './usage-error.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'

/** Finds the command by its one or two words, answers `--help` everywhere, and turns errors into exit codes. */
export async function runCommand(
  commands: readonly Command[],
  args: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const command = findCommand(commands, args)
  const wantsHelp = args.includes('--help') || args.includes('-h') || args[0] === 'help'
  if (command === undefined) {
    const isGroup =
      args[0] !== undefined && commands.some((candidate) => candidate.name.startsWith(`${args[0] ?? ''} `))
    const shown = isGroup ? commands.filter((candidate) => candidate.name.startsWith(`${args[0] ?? ''} `)) : commands
    if (wantsHelp || args.length === 0) {
      context.print(overview(shown))
      return args.length === 0 ? 2 : 0
    }
    context.printError(`There is no command "${args.slice(0, 2).join(' ')}".\n\n${overview(shown)}`)
    return 2
  }
  if (wantsHelp) {
    context.print(`${command.summary}\n\nUsage: countersign ${command.usage}`)
    return 0
  }
  return guarded(command, args.slice(command.name.split(' ').length), context)
}

async function guarded(command: Command, args: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    return await command.run(args, context)
  } catch (error) {
    if (error instanceof UsageError) {
      context.printError(`${error.message}\nUsage: countersign ${command.usage}`)
      return 2
    }
    if (error instanceof ConfigurationError) {
      context.printError(error.message)
      return 2
    }
    context.printError(error instanceof AppError ? error.message : describeUnexpected(error))
    return 1
  }
}

function describeUnexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function findCommand(commands: readonly Command[], args: readonly string[]): Command | undefined {
  return (
    commands.find((command) => command.name === args.slice(0, 2).join(' ')) ??
    commands.find((command) => command.name === args[0])
  )
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return [
    'Countersign: incident triage and approved remediation.',
    '',
    'Usage: countersign <command> [options]',
    '',
    ...lines,
    '',
    'countersign <command> --help says more.',
  ].join('\n')
}
