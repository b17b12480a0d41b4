import { freezeService } from '../orchestrator/freeze-service.ts'
import { parseOptions } from './parse-options.ts'
import { UsageError } from './usage-error.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'

export const freezeCommand: Command = {
  name: 'freeze',
  summary: 'Lets nothing run on a service, or on anything (the kill switch)',
  usage: `freeze <service|all> <for> <reason …> [--config PATH] [--json]

Nothing is approved and no step starts there, on any replica; what runs stops before its next step within five seconds. It is lifted in chat, by an
approver: "unfreeze all". Whoever holds a machine may stop the bot, and not let it loose again.`,
  examples: ['freeze all 2h "something is wrong with the bot"', 'freeze checkout 30m migration'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    const [service, duration, ...reason] = positionals
    if (service === undefined || duration === undefined || reason.length === 0) {
      throw new UsageError('What, for how long and why are needed.')
    }
    const input = { service, for: duration, reason: reason.join(' '), personId: null, origin: 'cli' } as const
    const { freeze, text } = await withFoundation(context, options.config, ({ deps }) => freezeService(deps, input))
    context.print(options.json ? JSON.stringify(freeze) : text)
    return 0
  },
}
