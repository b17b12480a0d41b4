import { AppError, ConfigurationError } from '../kernel/errors.ts'
import { UsageError } from './usage-error.ts'
import { suggest } from '../kernel/suggest.ts'
import { withoutSecrets } from './without-secrets.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'

/** Finds the command by its one or two words, answers `--help` everywhere, and turns errors into exit codes. */
export async function runCommand(
  commands: readonly Command[],
  args: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const isHelp = args[0] === 'help'
  const words = isHelp ? args.slice(1) : args
  const wantsHelp = isHelp || args.includes('--help') || args.includes('-h')
  const command = findCommand(commands, words)
  if (command === undefined) return explain(commands, words, wantsHelp, context)
  if (wantsHelp) {
    context.print(helpOf(command))
    return 0
  }
  return guarded(command, words.slice(command.name.split(' ').length), context)
}

/** No command was named, or none that there is. */
function explain(
  commands: readonly Command[],
  words: readonly string[],
  wantsHelp: boolean,
  context: CommandContext,
): ExitCode {
  const named = words.filter((word) => !word.startsWith('-'))
  const group = commands.filter((command) => command.name.startsWith(`${named[0] ?? ''} `))
  const shown = overview(group.length === 0 ? commands : group)
  if (wantsHelp && (named.length === 0 || (named.length === 1 && group.length > 0))) {
    context.print(shown)
    return 0
  }
  const said =
    named.length === 0 ? '' : `There is no command "${named.slice(0, 2).join(' ')}".${nearMiss(commands, named)}\n\n`
  context.printError(`${said}${shown}`)
  return 2
}

function nearMiss(commands: readonly Command[], named: readonly string[]): string {
  const names = commands.map((command) => command.name)
  const near = suggest(named.slice(0, 2).join(' '), names) ?? suggest(named[0] ?? '', names)
  return near === undefined ? '' : ` Did you mean "${near}"?`
}

async function guarded(command: Command, args: readonly string[], outer: CommandContext): Promise<ExitCode> {
  const context = withoutSecrets(outer, command)
  try {
    return await command.run(args, context)
  } catch (error) {
    if (error instanceof UsageError) {
      context.printError(`${error.message}\n\nUsage: countersign ${command.usage}`)
      return 2
    }
    context.printError(error instanceof AppError ? error.message : describeUnexpected(error))
    return error instanceof ConfigurationError ? 2 : 1
  }
}

function describeUnexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function findCommand(commands: readonly Command[], words: readonly string[]): Command | undefined {
  return (
    commands.find((command) => command.name === words.slice(0, 2).join(' ')) ??
    commands.find((command) => command.name === words[0])
  )
}

function helpOf({ summary, usage, examples = [] }: Command): string {
  const shown = examples.map((example) => `  countersign ${example}`)
  return [
    summary,
    '',
    `Usage: countersign ${usage}`,
    ...(shown.length === 0 ? [] : ['', 'For example:', ...shown]),
  ].join('\n')
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
    'countersign <command> --help says more. Exit codes: 0 done, 1 a check failed, 2 wrong usage or configuration.',
  ].join('\n')
}
