import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { parse } from 'yaml'
import { BOT_EVENTS } from '../../../src/adapters/slack/bot-events.ts'
import { BOT_SCOPES } from '../../../src/adapters/slack/manifest/bot-scopes.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { manifestSlackCommand } from '../../../src/cli/manifest-slack.ts'
import { manifestYaml } from '../../../src/adapters/slack/manifest/manifest-yaml.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { slackManifest } from '../../../src/adapters/slack/manifest/slack-manifest.ts'

const URL_OF_DOCS = 'https://countersign.example.com'
const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(REPOSITORY, 'docs/slack.md'), 'utf8')
const overHttp = () => slackManifest({ publicUrl: URL_OF_DOCS, usesSocket: false })

async function printed(...args: readonly string[]) {
  const [lines, errors]: [string[], string[]] = [[], []]
  const context = {
    variables: {},
    print: (line: string) => void lines.push(line),
    printError: (line: string) => void errors.push(line),
    signal: new AbortController().signal,
  }
  const code = await runCommand([manifestSlackCommand], ['manifest', 'slack', ...args], context)
  return { code, text: lines.join('\n'), error: errors.join('\n') }
}

describe('manifest slack', () => {
  it('prints as YAML and as JSON the same app', async () => {
    const yaml = await printed('--url', URL_OF_DOCS)
    const json = await printed('--url', `${URL_OF_DOCS}/`, '--json')

    expect([yaml.code, json.code]).toEqual([0, 0])
    expect(parse(yaml.text)).toEqual(overHttp())
    expect(JSON.parse(json.text)).toEqual(overHttp())
  })

  it('says beside each scope and event why it is needed', async () => {
    const { text } = await printed('--url', URL_OF_DOCS)

    for (const { scope, why } of BOT_SCOPES) expect(text).toContain(`- ${scope} # ${why}\n`)
    for (const event of BOT_EVENTS) expect(text).toMatch(new RegExp(`- ${event} # .+`))
  })

  it('sends everything to the one address over HTTP, and names none in Socket Mode', async () => {
    expect(new Set(JSON.stringify(overHttp()).match(/https:[^"]+/g))).toEqual(
      new Set([`${URL_OF_DOCS}/slack/events`, `${URL_OF_DOCS}/slack/oauth_redirect`]),
    )
    const { text } = await printed('--socket', '--json')
    expect(text).not.toContain('https:')
    expect(JSON.parse(text)).toMatchObject({ settings: { socket_mode_enabled: true, org_deploy_enabled: true } })
  })

  it('keeps the address for the OAuth redirect alone when both are named', async () => {
    const { text } = await printed('--socket', '--url', URL_OF_DOCS, '--json')

    expect(text.match(/https:[^"]+/g)).toEqual([`${URL_OF_DOCS}/slack/oauth_redirect`])
  })

  it.each([
    [[], /--url https:\/\/HOST, or use --socket/],
    [['--url', 'http://countersign.example.com'], /--url is an address such as/],
    [['--url', 'countersign'], /--url is an address such as/],
    [['--url', 'https://me:pw@countersign.example.com'], /--url is an address such as/],
    [['--url', 'https://countersign.example.com/?a=1'], /--url is an address such as/],
    [['--socket', 'now'], /"now" is too much/],
  ])('is told what is wrong with %j', async (args, said) => {
    const { code, error } = await printed(...args)

    expect(code).toBe(2)
    expect(error).toMatch(said)
  })

  it('is what stands on the page, word for word', () => {
    expect(/## The manifest\n[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page)?.[1]).toBe(manifestYaml(overHttp()))
  })

  it('has the reasons on the page as well', () => {
    for (const { scope } of BOT_SCOPES) expect(page).toMatch(new RegExp(`\\| .*\`${scope}\`.* \\| .+ \\|`))
  })
})

/** From Slack's documentation of each method; either of two for public and private channels, so both are asked for. */
const SCOPES_OF_METHOD: Readonly<Record<string, readonly string[]>> = {
  'apps.connections.open': [],
  'auth.revoke': [],
  'auth.test': [],
  'bookmarks.add': ['bookmarks:write'],
  'bookmarks.list': ['bookmarks:read'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'conversations.create': ['channels:manage'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.invite': ['channels:manage'],
  'conversations.list': ['channels:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'conversations.setTopic': ['channels:manage'],
  'pins.add': ['pins:write'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
}
const SCOPES_OF_EVENT: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  tokens_revoked: [],
}
/** Needed by what the manifest offers rather than by a call. */
const SCOPES_OF_FEATURES = ['commands', 'assistant:write']

describe('what the app asks for', () => {
  const called = methodsCalled()

  it('is all that its calls, events and features need, and nothing else', () => {
    const unknown = called.filter((method) => SCOPES_OF_METHOD[method] === undefined)
    const needed = [
      ...called.flatMap((method) => SCOPES_OF_METHOD[method] ?? []),
      ...BOT_EVENTS.flatMap((event) => SCOPES_OF_EVENT[event] ?? ['?']),
      ...SCOPES_OF_FEATURES,
    ]

    expect(unknown).toEqual([])
    expect(BOT_SCOPES.map(({ scope }) => scope)).toEqual([...new Set(needed)].sort())
  })
})

describe('the events that it subscribes to', () => {
  it('are those that are read, by their own names', () => {
    const source = readFileSync(join(REPOSITORY, 'src/adapters/slack/incoming/read-event.ts'), 'utf8')
    const read = [...source.matchAll(/case '([a-z_]+)':/g)].map(([, name]) => name ?? '')

    expect([...new Set(BOT_EVENTS.map((event) => event.split('.')[0]))].sort()).toEqual([...new Set(read)].sort())
  })
})

/** Every method that stands as such in the adapter's source. */
function methodsCalled(): readonly string[] {
  const folder = join(REPOSITORY, 'src/adapters/slack')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^(?:manifest|homes)\//.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  const found = sources.flatMap((text) => [
    ...text.matchAll(
      /'((?:apps|assistant|auth|bookmarks|chat|conversations|files|pins|reactions|users|views)\.[a-zA-Z.]+)'/g,
    ),
  ])
  return [...new Set(found.map(([, method]) => method ?? ''))].sort()
}

describeWhenShared('contracts/slack/manifest-schema', 'the manifest against Slack’s published schema', (path) => {
  const whole = JSON.parse(readFileSync(join(path, 'manifest.schema.json'), 'utf8')) as object
  const versions = ['1.0.0', '2.0.0'].map((version) => ({
    file: readFileSync(join(path, `schemas/manifest.schema.${version}.json`), 'utf8'),
    id: `https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/manifest.schema.${version}.json`,
  }))
  // Slack's own annotations are no keywords of JSON Schema.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  for (const { file, id } of versions) ajv.addSchema(JSON.parse(file) as object, id)
  const isValid = ajv.compile(whole)

  it.each([
    ['over HTTP', URL_OF_DOCS, false],
    ['in Socket Mode', null, true],
    ['in Socket Mode with OAuth', URL_OF_DOCS, true],
  ] as const)('is valid %s', (_how, publicUrl, usesSocket) => {
    const fits = isValid(slackManifest({ publicUrl, usesSocket }))

    expect(isValid.errors ?? []).toEqual([])
    expect(fits).toBe(true)
  })

  it.each([
    ['a name of 36 characters', { display_information: { name: 'x'.repeat(36) } }],
    ['51 slash commands', { features: { slash_commands: Array.from({ length: 51 }, (_, at) => command(`/c${at}`)) } }],
    ['a command of 33 characters', { features: { slash_commands: [command(`/${'c'.repeat(32)}`)] } }],
    ['five suggested prompts', { features: { agent_view: { suggested_prompts: prompts(5) } } }],
    ['a setting that Slack does not know', { settings: { socket_mode: true } }],
  ])('is refused with %s', (_what, mistake) => {
    expect(isValid({ ...overHttp(), ...mistake })).toBe(false)
  })
})

function command(name: string) {
  return { command: name, description: 'x' }
}

function prompts(count: number) {
  return Array.from({ length: count }, () => ({ title: 'x', message: 'x' }))
}
