import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { SHOP_PEOPLE, TENANT } from './shop-people.ts'
import { findAction } from './adaptive-card.ts'
import { findFreePort } from './free-port.ts'
import { openPlaygroundStream } from './playground-stream.ts'
import { startTool, waitUntilServed } from './heavy-tool.ts'
import type { ShopPerson } from './shop-people.ts'
import type { TeamsMessage } from './playground-stream.ts'

const BOT = { id: 'bot-countersign', name: 'Countersign' }
const MENTION = `<at>${BOT.name}</at>`
/** The Playground wants five users besides the one at its screen; these two have no place in the directory. */
const STRANGERS = [
  { key: 'gus', name: 'Gus', teamsUser: '00000000-0000-0000-0000-00000000ff01' },
  { key: 'hana', name: 'Hana', teamsUser: '00000000-0000-0000-0000-00000000ff02' },
] as const
const USERS = [...SHOP_PEOPLE, ...STRANGERS]

export const TEAMS_CHANNEL = 'channel-incidents'
/** Of the person at the screen. */
export const PERSONAL_CHAT = 'personal-chat'

/** What the client shows the one who pressed. */
export interface InvokeAnswer {
  readonly status: number
  readonly type: string
  /** A line, or the card. */
  readonly value: unknown
}

/** Microsoft's client for agents: its own server, its page, and the connector to which the bot posts. */
export interface Playground {
  readonly pageUrl: string
  /** Of the bot, in all conversations, as the screen has them. */
  readonly messages: readonly TeamsMessage[]
  /** The bot is added to the channel and the personal chat; the product hears where it may post. */
  install(): Promise<void>
  /** Written in the channel after a mention of the bot, always by the person at the screen; the thread it begins. */
  mention(text: string): Promise<string>
  /** Written in the personal chat of the person at the screen. */
  say(text: string): Promise<void>
  press(by: ShopPerson | Stranger, message: TeamsMessage, title: string, inputs?: object): Promise<InvokeAnswer>
  close(): Promise<void>
}
export type Stranger = (typeof STRANGERS)[number]['key']

export interface PlaygroundSettings {
  readonly folder: string
  /** Who sits at the screen: plain messages come from nobody else. */
  readonly atTheScreen: ShopPerson
  /** Where the product will listen. */
  readonly productUrl: string
}

export async function startPlayground(settings: PlaygroundSettings): Promise<Playground> {
  const home = join(settings.folder, 'playground')
  mkdirSync(home)
  const configPath = join(home, 'playground.yml')
  writeFileSync(configPath, stringify(configurationFor(settings.atTheScreen)))
  const port = await findFreePort()
  const endpoint = `${settings.productUrl}/api/messages`
  const tool = startTool('playground', {
    args: ['start', '-e', endpoint, '-c', 'msteams', '-p', String(port), '--disable-telemetry'],
    cwd: home,
    variables: { M365_AGENTS_PLAYGROUND_CONFIG_PATH: configPath },
  })
  const pageUrl = `http://127.0.0.1:${port}`
  try {
    await waitUntilServed(tool, pageUrl)
    const stream = await openPlaygroundStream(pageUrl)
    return {
      pageUrl,
      get messages() {
        return stream.messages
      },
      ...handsOn(pageUrl, settings.atTheScreen),
      close: async () => {
        stream.close()
        await tool.end()
      },
    }
  } catch (error) {
    await tool.end()
    throw error
  }
}

function handsOn(url: string, atTheScreen: ShopPerson): Pick<Playground, 'install' | 'mention' | 'say' | 'press'> {
  const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`The Playground answers ${path} with ${String(response.status)}: ${text}`)
    return { status: response.status, text }
  }
  const write = (conversation: string, text: string, mentions: readonly object[]) =>
    post(`/_conversation/v1/conversations/${encodeURIComponent(conversation)}/messages`, {
      ...{ type: 'text', text, textFormat: 'plain', mentions, from: { id: userIdOf(atTheScreen) } },
    })
  return {
    install: async () => {
      for (const conversation of [TEAMS_CHANNEL, PERSONAL_CHAT]) {
        await post(`/_debug/conversation/${conversation}/installation`, {})
      }
    },
    mention: async (text) => {
      const mentions = [{ mentioned: { id: BOT.id }, text: MENTION }]
      const { text: answer } = await write(TEAMS_CHANNEL, `${MENTION} ${text}`, mentions)
      return (JSON.parse(answer) as { postConversationId: string }).postConversationId
    },
    say: async (text) => {
      await write(PERSONAL_CHAT, text, [])
    },
    press: async (by, { id, conversation, card }, title, inputs = {}) => {
      const action = findAction(card, title)
      const { status, text } = await post('/_conversation/v1/invoke', {
        name: 'adaptiveCard/action',
        value: { action: { ...action, data: { ...action.data, ...inputs } } },
        from: { id: userIdOf(by) },
        conversation: { id: conversation.includes(';') ? conversation : `${conversation};messageid=${id}` },
        replyToId: id,
      })
      return { status, ...(JSON.parse(text) as { type: string; value: unknown }) }
    },
  }
}

function configurationFor(atTheScreen: ShopPerson): object {
  const users = USERS.map(({ key, name, teamsUser }) => {
    const email = `${key}@shop.example`
    // Both ids are the same: only so it takes a direct message to an aadObjectId, as Teams does.
    const ids = { id: teamsUser, aadObjectId: teamsUser }
    return { ...ids, name, userPrincipleName: email, givenName: name, surname: name, email }
  })
  const isAtTheScreen = ({ id }: { id: string }): boolean => id === userIdOf(atTheScreen)
  return {
    version: '0.1.1',
    tenantId: TENANT,
    bot: BOT,
    currentUser: users.find(isAtTheScreen),
    users: users.filter((user) => !isAtTheScreen(user)),
    personalChat: { id: PERSONAL_CHAT },
    groupChat: { id: 'group-chat', name: 'War room' },
    team: {
      ...{ id: 'team-shop', name: 'Shop', aadGroupId: '00000000-0000-0000-0000-000000000031' },
      channels: [{ id: TEAMS_CHANNEL, name: 'Incidents' }],
    },
  }
}

function userIdOf(person: ShopPerson | Stranger): string {
  return USERS.find(({ key }) => key === person)?.teamsUser ?? person
}
