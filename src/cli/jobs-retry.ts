import { parseOptions } from './parse-options.ts'
import { tryJobsAgain } from '../orchestrator/try-jobs-again.ts'
import { UsageError } from './usage-error.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const jobsRetryCommand: Command = {
  name: 'jobs retry',
  summary: 'Tries jobs again that were given up',
  usage: `jobs retry <id …|all> [--config PATH]

They begin as new ones. With all, the duties of the clock that were set aside begin again too. It is on the audit log.`,
  examples: ['jobs retry all'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text' })
    const ids = idsOf(positionals)
    const again = await withFoundation(context, options.config, ({ deps, jobs }) =>
      tryJobsAgain(deps, {
        ids,
        origin: 'cli',
        listDead: () => jobs.listDead(),
        retryDead: (those) => jobs.retryDead(those),
      }),
    )
    const unknown = ids === 'all' ? [] : ids.filter((id) => !again.some((line) => line.startsWith(id)))
    for (const line of again) context.print(line)
    context.print(again.length === 0 ? 'Nothing is tried again.' : `${String(again.length)} will be tried again.`)
    for (const id of unknown) context.printError(`${id} is no job that was given up. See: jobs list`)
    return unknown.length === 0 ? 0 : 1
  },
}

function idsOf(positionals: readonly string[]): readonly string[] | 'all' {
  if (positionals.length === 0) throw new UsageError('Which: ids as jobs list shows them, or all.')
  if (positionals.length === 1 && positionals[0] === 'all') return 'all'
  const odd = positionals.find((word) => !ID.test(word))
  if (odd !== undefined) {
    throw new UsageError(`${odd} is no id of a job. Give those that jobs list shows, or all alone.`)
  }
  return positionals
}
