import { oneLineText } from '../kernel/clean-text.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'

const LONGEST_REASON = 300

export const jobsListCommand: Command = {
  name: 'jobs list',
  summary: 'Shows the jobs that were given up after three tries, and why',
  usage: `jobs list [--config PATH] [--json]

The oldest first: id, what it is, since when, and how the last try ended. Mend the reason, then: jobs retry all`,
  examples: ['jobs list', 'jobs list --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    refusePositionals(positionals)
    const dead = await withFoundation(context, options.config, async ({ jobs, redact }) =>
      redact(await jobs.listDead()),
    )
    if (options.json) {
      context.print(JSON.stringify(dead))
      return 0
    }
    if (dead.length === 0) context.print('No job was given up.')
    for (const { id, queue, data, failure, since } of dead) {
      const at = since.toISOString().slice(0, 16).replace('T', ' ')
      const about = typeof data['incidentId'] === 'string' ? ` of ${data['incidentId']}` : ''
      context.print(`${id}  ${queue ?? 'a job'}${about}, ${at} UTC`)
      context.print(`    ${oneLineText(failure, LONGEST_REASON)}`)
    }
    return 0
  },
}
