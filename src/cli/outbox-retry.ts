import { describeDeadLetter } from './describe-dead-letter.ts'
import { parseOptions } from './parse-options.ts'
import { sendAgain } from '../orchestrator/send-again.ts'
import { UsageError } from './usage-error.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'

export const outboxRetryCommand: Command = {
  name: 'outbox retry',
  summary: 'Sends messages again that were given up',
  usage: `outbox retry <number …|all> [--config PATH]

They wait as new, and the running service sends them: a card as things stand then. It is on the audit log.`,
  examples: ['outbox retry all'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text' })
    const ids = idsOf(positionals)
    const sent = await withFoundation(context, options.config, ({ deps }) => sendAgain(deps, { ids, origin: 'cli' }))
    const unknown = ids === 'all' ? [] : ids.filter((id) => !sent.some((letter) => letter.id === id))
    for (const letter of sent) context.print(describeDeadLetter(letter)[0] ?? letter.id)
    context.print(sent.length === 0 ? 'Nothing was sent again.' : `${String(sent.length)} will be sent again.`)
    for (const id of unknown) context.printError(`${id} is no message that was given up. See: outbox list`)
    return unknown.length === 0 ? 0 : 1
  },
}

function idsOf(positionals: readonly string[]): readonly string[] | 'all' {
  if (positionals.length === 0) throw new UsageError('Which: numbers as outbox list shows them, or all.')
  if (positionals.length === 1 && positionals[0] === 'all') return 'all'
  const odd = positionals.find((word) => !/^[1-9]\d{0,14}$/.test(word))
  if (odd !== undefined) throw new UsageError(`${odd} is no number. Give those that outbox list shows, or all alone.`)
  return positionals
}
