import { loadConfigFor } from './load-config-for.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import type { Command } from './command.ts'

export const playbookListCommand: Command = {
  name: 'playbook list',
  summary: 'Shows the playbooks of the configuration',
  usage: `playbook list [--config PATH] [--json]

Name, version (the digest of the file), owner and title of each.`,
  examples: ['playbook list', 'playbook list --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    refusePositionals(positionals)
    const { playbooks } = await loadConfigFor(context, options.config)
    if (options.json) {
      const shown = playbooks.map(({ name, title, owner, digest, risk, autonomous, steps }) => {
        return { name, title, owner, digest, risk, autonomous, steps: steps.map(({ id, uses }) => ({ id, uses })) }
      })
      context.print(JSON.stringify(shown))
      return 0
    }
    for (const { name, title, owner, digest, steps } of playbooks) {
      context.print(`${name}  ${digest.slice(0, 12)}  ${owner}  ${title}`)
      context.print(`  ${steps.map((step) => `${step.id}: ${step.uses}`).join(' → ')}`)
    }
    if (playbooks.length === 0) context.print('There are no playbooks.')
    return 0
  },
}
