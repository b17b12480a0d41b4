import { randomUUID } from 'node:crypto'

export const TENANT = '72f988bf-0000-4000-8000-000000000001'
export const APP_ID = '11111111-2222-4333-8444-555555555555'
export const BOT = { id: `28:${APP_ID}`, name: 'Countersign' }

export interface TeamsUser {
  readonly id: string
  readonly aadObjectId?: string
  readonly name: string
  readonly role?: string
}

export function teamsUser(name: string, change: Partial<TeamsUser> = {}): TeamsUser {
  const lower = name.toLowerCase()
  return { id: `29:${lower}`, aadObjectId: `aad-${lower}`, name, ...change }
}

export const CHANNEL = '19:incidents@thread.tacv2'
const TEAM = '19:team@thread.tacv2'

interface Where {
  readonly serviceUrl: string
  /** With `;messageid=` for a thread. */
  readonly conversation?: string
  readonly tenant?: string
}

type Body = Record<string, unknown>

function base(type: string, from: TeamsUser, where: Where): Body {
  const tenant = where.tenant ?? TENANT
  return {
    type,
    id: randomUUID(),
    timestamp: '2026-11-21T10:04:00.000Z',
    channelId: 'msteams',
    serviceUrl: where.serviceUrl,
    from,
    recipient: BOT,
    locale: 'en-US',
    channelData: { tenant: { id: tenant } },
  }
}

/** `<at>Countersign</at> words`, said in a channel, or in the thread that its conversation names. */
export function channelMessage(from: TeamsUser, words: string, where: Where): Body {
  const own = base('message', from, where)
  const conversation = where.conversation ?? `${CHANNEL};messageid=1600000000000`
  return {
    ...own,
    conversation: { id: conversation, conversationType: 'channel', isGroup: true, tenantId: where.tenant ?? TENANT },
    channelData: {
      tenant: { id: where.tenant ?? TENANT },
      team: { id: TEAM },
      channel: { id: conversation.split(';')[0] },
    },
    text: `<at>Countersign</at> ${words}`,
    textFormat: 'plain',
    entities: [
      { type: 'mention', mentioned: BOT, text: '<at>Countersign</at>' },
      { type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web' },
    ],
  }
}

export function personalConversation(from: TeamsUser): string {
  return `a:personal-${from.id}`
}

export function personalMessage(from: TeamsUser, words: string, where: Where): Body {
  return {
    ...base('message', from, where),
    conversation: { id: personalConversation(from), conversationType: 'personal', tenantId: where.tenant ?? TENANT },
    text: words,
    textFormat: 'plain',
  }
}

export interface PressOn {
  readonly conversation: string
  readonly message: string
  readonly verb: string
  readonly data: Record<string, unknown>
}

/** `Action.Execute` on a card. */
export function invoke(from: TeamsUser, press: PressOn, where: Where): Body {
  return {
    ...base('invoke', from, where),
    name: 'adaptiveCard/action',
    conversation: {
      id: press.conversation,
      conversationType: 'channel',
      isGroup: true,
      tenantId: where.tenant ?? TENANT,
    },
    channelData: {
      tenant: { id: where.tenant ?? TENANT },
      team: { id: TEAM },
      channel: { id: press.conversation.split(';')[0] },
      source: { name: 'message' },
    },
    replyToId: press.message,
    value: { action: { type: 'Action.Execute', verb: press.verb, data: press.data }, trigger: 'manual' },
  }
}

/** The same press on an old client: `Action.Submit`, which comes as a message. */
export function submit(from: TeamsUser, press: PressOn, where: Where): Body {
  const { name: _name, value: _value, ...shared } = invoke(from, press, where)
  return { ...shared, type: 'message', value: press.data }
}

export function installation(from: TeamsUser, action: 'add' | 'remove', where: Where): Body {
  const personal = where.conversation === undefined
  return {
    ...base('installationUpdate', from, where),
    action,
    conversation: {
      id: where.conversation ?? personalConversation(from),
      conversationType: personal ? 'personal' : 'channel',
      tenantId: where.tenant ?? TENANT,
    },
    channelData: { tenant: { id: where.tenant ?? TENANT }, ...(personal ? {} : { team: { id: TEAM } }) },
  }
}
