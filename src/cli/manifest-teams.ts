import { UsageError } from './usage-error.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { resolve } from 'node:path'
import { teamsManifest } from '../adapters/teams/manifest/teams-manifest.ts'
import { writeFile } from 'node:fs/promises'
import type { Command, CommandContext } from './command.ts'
import type { ManifestNeeds } from '../adapters/teams/manifest/teams-manifest.ts'

export const manifestTeamsCommand: Command = {
  name: 'manifest teams',
  summary: 'Writes the package of the Teams app',
  usage: `manifest teams --url https://HOST [--app-id GUID] [--app-version X.Y.Z] [--out FILE.zip] [--json]

The manifest and its two icons in one file, to be uploaded in the Teams admin center. --url is the address of the
console (server.publicUrl); --app-id is the bot's MicrosoftAppId, from the environment when left out. Teams takes a
package again only with a higher --app-version. --json prints the manifest instead and writes nothing.`,
  examples: [
    'manifest teams --url https://countersign.example.com --app-id 11111111-2222-4333-8444-555555555555 --out countersign-teams.zip',
    'manifest teams --url https://countersign.example.com --app-id 11111111-2222-4333-8444-555555555555 --json',
  ],
  async run(args, context) {
    const kinds = { url: 'text', 'app-id': 'text', 'app-version': 'text', out: 'text', json: 'flag' } as const
    const { options, positionals } = parseOptions(args, kinds)
    refusePositionals(positionals)
    const needs = {
      appId: appIdOf(options['app-id'], context),
      publicUrl: addressOf(options.url),
      version: versionOf(options['app-version']),
    }
    if (options.json) context.print(JSON.stringify(teamsManifest(needs), null, 2))
    else await write(options.out ?? 'countersign-teams.zip', needs, context)
    return 0
  },
}

async function write(out: string, needs: ManifestNeeds, context: CommandContext): Promise<void> {
  if (!out.endsWith('.zip')) throw new UsageError(`--out names a .zip file, not "${out.slice(0, 100)}".`)
  const path = resolve(out)
  // Only this command packs anything.
  const { appPackage } = await import('../adapters/teams/manifest/app-package.ts')
  try {
    await writeFile(path, appPackage(needs))
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
  context.print(`Wrote ${path}. Upload it in the Teams admin center under Teams apps, Manage apps.`)
}

function appIdOf(given: string | undefined, { variables }: CommandContext): string {
  const appId = (given ?? variables['MicrosoftAppId'] ?? '').toLowerCase()
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(appId)) return appId
  throw new UsageError('Say which bot it is with --app-id GUID, or set MicrosoftAppId.')
}

function addressOf(text: string | undefined): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '') return url.href
  throw new UsageError('Say where the console is with --url https://HOST: Teams shows it as the page of the app.')
}

function versionOf(given: string | undefined): string {
  const version = given ?? '1.0.0'
  if (/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(version)) return version
  throw new UsageError(`--app-version is three numbers such as 1.2.0, not "${version.slice(0, 40)}".`)
}
