import { UsageError } from './usage-error.ts'
import { manifestYaml } from '../adapters/slack/manifest/manifest-yaml.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { slackManifest } from '../adapters/slack/manifest/slack-manifest.ts'
import type { Command } from './command.ts'

export const manifestSlackCommand: Command = {
  name: 'manifest slack',
  summary: 'Prints the manifest of the Slack app',
  usage: `manifest slack [--url https://HOST] [--socket] [--json]

Everything the app may do, each scope and event with the reason. Paste it at https://api.slack.com/apps,
"Create New App", "From a manifest". --url is where Slack reaches this service (server.publicUrl); --socket makes it
an app for Socket Mode, which needs no public address. With both, only the OAuth redirect uses the address.`,
  examples: ['manifest slack --url https://countersign.example.com', 'manifest slack --socket --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { url: 'text', socket: 'flag', json: 'flag' })
    refusePositionals(positionals)
    if (options.url === undefined && !options.socket) {
      throw new UsageError('Say where Slack reaches the service with --url https://HOST, or use --socket.')
    }
    const publicUrl = options.url === undefined ? null : addressOf(options.url)
    const manifest = slackManifest({ publicUrl, usesSocket: options.socket })
    context.print(options.json ? JSON.stringify(manifest, null, 2) : manifestYaml(manifest).trimEnd())
    return 0
  },
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError(`--url is an address such as https://countersign.example.com, not "${text.slice(0, 100)}".`)
  }
  return url.href.replace(/\/+$/, '')
}
