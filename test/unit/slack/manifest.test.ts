import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { REQUIRED_SCOPES } from '../../../src/adapters/slack/check-slack.ts'
import { itWhenShared } from '../../support/skip.ts'

interface Manifest {
  readonly display_information: { readonly name: string; readonly description: string }
  readonly features: { readonly slash_commands: readonly { readonly command: string; readonly url: string }[] }
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } }
  readonly settings: Readonly<Record<string, unknown>>
}

const page = readFileSync(fileURLToPath(new URL('../../../docs/slack.md', import.meta.url)), 'utf8')
const manifest = parse(/## The manifest\n\n```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as Manifest

it('asks in the documented manifest for exactly the scopes that doctor looks for', () => {
  expect([...manifest.oauth_config.scopes.bot].sort()).toEqual(REQUIRED_SCOPES.map(({ scope }) => scope).sort())
})

it('says on the page what each scope is for', () => {
  for (const { scope } of REQUIRED_SCOPES) expect(page).toMatch(new RegExp(`\\| .*\`${scope}\`.* \\| .+ \\|`))
})

it('sends everything to the one address, and keeps to the lengths that Slack allows', () => {
  const { settings, features, display_information: shown } = manifest
  const addresses = JSON.stringify([settings, features]).match(/https:[^"]+/g)

  expect(new Set(addresses)).toEqual(new Set(['https://countersign.example.com/slack/events']))
  expect(shown.name.length).toBeLessThanOrEqual(35)
  expect(features.slash_commands[0]?.command.length).toBeLessThanOrEqual(32)
})

itWhenShared(
  'contracts/slack/manifest-schema/schemas/manifest.schema.1.0.0.json',
  'names only what Slack’s manifest schema knows',
  (path) => {
    const known = readFileSync(path, 'utf8')
    const names = (value: unknown): readonly string[] =>
      typeof value !== 'object' || value === null
        ? []
        : Array.isArray(value)
          ? value.flatMap(names)
          : Object.entries(value).flatMap(([name, inner]) => [name, ...names(inner)])

    expect(names(manifest).filter((name) => !known.includes(`"${name}"`))).toEqual([])
  },
)
