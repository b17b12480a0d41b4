import { describeDeadLetter } from './describe-dead-letter.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'

const MOST_SHOWN = 200

export const outboxListCommand: Command = {
  name: 'outbox list',
  summary: 'Shows the messages that were given up, and why',
  usage: `outbox list [--config PATH] [--json]

The newest first: number, surface, what it is and of which incident, when it was asked for, and what the platform said.
Mend the reason (invite the bot, name another channel, replace the token), then: outbox retry all`,
  examples: ['outbox list', 'outbox list --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    refusePositionals(positionals)
    const letters = await withFoundation(context, options.config, async ({ deps, redact }) =>
      redact(await deps.stores.deadLetters.list(MOST_SHOWN)),
    )
    if (options.json) {
      const shown = letters.map(({ id, surface, message, reason, createdAt }) => {
        return { id, surface, kind: message.kind, incident: message.incidentId, reason, createdAt }
      })
      context.print(JSON.stringify(shown))
      return 0
    }
    if (letters.length === 0) context.print('No message was given up.')
    for (const line of letters.flatMap(describeDeadLetter)) context.print(line)
    return 0
  },
}
