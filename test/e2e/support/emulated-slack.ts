import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { findFreePort } from './free-port.ts'
import { openSlackGate } from './slack-gate.ts'
import { startTool, waitUntilServed } from './heavy-tool.ts'
import { writeRequestSpecification } from './slack-specification.ts'
import type { Child } from './child.ts'
import type { CheckedMethods, SlackGate } from './slack-gate.ts'

const BOT = { token: 'xoxb-e2e-0001', user: 'U0COUNTER', bot: 'B0COUNTER', app: 'A0001' }
const SCOPES = ['chat:write', 'channels:read', 'channels:history', 'channels:manage', 'im:write', 'im:history']
const MORE_SCOPES = [
  'groups:read',
  'groups:history',
  'users:read',
  'pins:write',
  'bookmarks:write',
  'reactions:read',
  'files:write',
]

/** A message as emulate holds it. */
export interface EmulatedMessage {
  readonly ts: string
  readonly thread_ts?: string
  readonly text: string
  readonly blocks?: readonly Readonly<Record<string, unknown>>[]
}

/** The Slack service of emulate, with its own state and its own ids, and Prism before it where there is a specification. */
export interface EmulatedSlack {
  readonly team: string
  readonly botToken: string
  /** What `SLACK_API_URL` is set to. */
  readonly apiUrl: string
  /** What came in from the product. */
  readonly gate: SlackGate
  /** The page on which emulate shows what it holds. */
  readonly pageUrl: string
  channel(name: string): Promise<string>
  user(name: string): Promise<string>
  /** Top messages of a channel, the oldest first. */
  messagesIn(channel: string): Promise<readonly EmulatedMessage[]>
  thread(channel: string, ts: string): Promise<readonly EmulatedMessage[]>
  /** What somebody writes there themselves; its time. */
  write(by: string, text: string, at: { readonly channel: string; readonly thread: string }): Promise<string>
  /** A trigger for this person, as a press brings it. */
  issueTrigger(user: string): Promise<string>
  close(): Promise<void>
}

export interface EmulatedSlackSettings {
  readonly folder: string
  readonly users: readonly string[]
  readonly channels: readonly string[]
  /** Slack's own specification; without it requests go to emulate unchecked. */
  readonly specification: string | undefined
}

export async function startEmulatedSlack(settings: EmulatedSlackSettings): Promise<EmulatedSlack> {
  const home = join(settings.folder, 'slack')
  mkdirSync(home)
  const tools: Child[] = []
  try {
    return await start(settings, home, tools)
  } catch (error) {
    await Promise.all(tools.map((tool) => tool.end()))
    throw error
  }
}

async function start(settings: EmulatedSlackSettings, home: string, tools: Child[]): Promise<EmulatedSlack> {
  const port = await findFreePort()
  const pageUrl = `http://127.0.0.1:${port}`
  writeFileSync(join(home, 'seed.yaml'), stringify(seedOf(settings)))
  const emulate = startTool('emulate', {
    args: ['--service', 'slack', '--port', String(port), '--seed', join(home, 'seed.yaml')],
    cwd: home,
  })
  tools.push(emulate)
  const checked = startPrism(settings, home, await findFreePort(), { upstream: pageUrl, tools })
  await waitUntilServed(emulate, pageUrl)
  const gate = await openSlackGate({ slackUrl: pageUrl, botToken: BOT.token, checked })
  const ask = <T>(method: string, args: Readonly<Record<string, string>> = {}): Promise<T> =>
    askEmulate<T>(pageUrl, method, args)
  const { team_id: team } = await ask<{ team_id: string }>('auth.test')
  return {
    ...{ team, botToken: BOT.token, apiUrl: gate.apiUrl, gate, pageUrl },
    channel: async (name) => {
      const { channels } = await ask<{ channels: readonly Named[] }>('conversations.list')
      return idOf(channels, name)
    },
    user: async (name) => idOf((await ask<{ members: readonly Named[] }>('users.list')).members, name),
    messagesIn: async (channel) => {
      const { messages } = await ask<Messages>('conversations.history', { channel, limit: '200' })
      return messages.filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts).toReversed()
    },
    thread: async (channel, ts) => {
      const { messages } = await ask<Messages>('conversations.replies', { channel, ts, limit: '200' })
      return messages.filter((message) => message.ts !== ts)
    },
    write: async (by, text, { channel, thread }) => {
      const args = { channel, text, thread_ts: thread }
      return (await askEmulate<{ ts: string }>(pageUrl, 'chat.postMessage', args, tokenOf(by))).ts
    },
    issueTrigger: async (user) =>
      (await ask<{ trigger_id: string }>('views.generateTriggerId', { user_id: user })).trigger_id,
    close: async () => {
      await gate.close()
      await Promise.all(tools.map((tool) => tool.end()))
    },
  }
}

interface Named {
  readonly id: string
  readonly name: string
}
interface Messages {
  readonly messages: readonly EmulatedMessage[]
}

function idOf(list: readonly Named[], name: string): string {
  const found = list.find((one) => one.name === name)
  if (found === undefined) throw new Error(`emulate knows no ${name}; it knows ${list.map((one) => one.name).join()}`)
  return found.id
}

function seedOf({ users, channels }: EmulatedSlackSettings): object {
  const { token, user, bot, app } = BOT
  const scopes = [...SCOPES, ...MORE_SCOPES]
  const owned = { app_id: app, bot_id: bot, bot_user_id: user, scopes }
  const client = { client_id: '1.1', client_secret: 'e2e-client-secret', redirect_uris: ['http://127.0.0.1/oauth'] }
  return {
    slack: {
      team: { name: 'Shop', domain: 'shop' },
      users: users.map((name) => ({ name })),
      channels: channels.map((name) => ({ name })),
      oauth_apps: [{ ...client, ...owned, name: 'Countersign', bot_name: 'countersign' }],
      tokens: [
        { ...owned, token, type: 'bot', user_id: user },
        ...users.map((name) => ({ token: tokenOf(name), type: 'user', user: name, scopes: ['chat:write'] })),
      ],
      strict_scopes: true,
    },
  }
}

/** Undefined where there is no specification; the gate waits for the rest. */
function startPrism(
  { specification }: EmulatedSlackSettings,
  home: string,
  port: number,
  { upstream, tools }: { readonly upstream: string; readonly tools: Child[] },
): Promise<CheckedMethods> | undefined {
  if (specification === undefined) return undefined
  const { path, methods } = writeRequestSpecification(specification, home)
  const args = ['proxy', '--errors', '--cors=false', '-v', 'warn', '-p', String(port), path, upstream]
  const prism = startTool('prism', { args, cwd: home })
  tools.push(prism)
  const url = `http://127.0.0.1:${port}`
  const ready = waitUntilServed(prism, url).then(() => ({ url, methods }))
  // Whoever calls first hears of a failure.
  ready.catch(() => undefined)
  return ready
}

function tokenOf(name: string): string {
  return `xoxp-e2e-${name}`
}

async function askEmulate<T>(
  url: string,
  method: string,
  args: Readonly<Record<string, string>>,
  token = BOT.token,
): Promise<T> {
  const response = await fetch(`${url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(args),
  })
  const answer = (await response.json()) as { ok: boolean; error?: string }
  if (!answer.ok) throw new Error(`emulate refuses ${method}: ${String(answer.error)}`)
  return answer as T
}
