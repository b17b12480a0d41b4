import { redactText } from '../audit/redact.ts'
import type { Command, CommandContext } from './command.ts'

/**
 * What a command prints goes to terminals, to the log of a container and into tickets, the stack of an unexpected error
 * with it: the secrets of the installation, once it is known, are taken out. Shapes of others are left: a command prints
 * much that is no prose.
 */
export function withoutSecrets(context: CommandContext, { printsLog = false }: Command): CommandContext {
  let secrets: readonly string[] = []
  const clean = (line: string): string => redactText(line, { secrets, shapes: false }).value
  return {
    ...context,
    print: printsLog ? context.print : (line) => context.print(clean(line)),
    printError: (line) => context.printError(clean(line)),
    learnSecrets: (known) => {
      secrets = known
    },
  }
}
