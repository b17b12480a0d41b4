export interface ActiveParts {
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}

/** What notifies somebody, by Slack's blocks and by Teams' cards. */
const MENTIONING = new Set(['user', 'usergroup', 'broadcast', 'channel', 'team', 'mention'])
/** Fields that a client reads as markup; everything else of a message is shown as it is. */
const MARKUP_TYPES = new Set(['mrkdwn', 'markdown', 'TextBlock', 'Fact'])
const MENTION = /<[!@#][^>]*>|<at>/gi
const LINK = /<(?:https?:|mailto:)[^>]*>|\]\([^)]*\)|https?:\/\/[^\s)>|"]+/gi
/** In the line beside Slack's blocks an address is a link only in brackets. */
const BRACKETED = /<(?:https?:|mailto:)[^>]*>/gi

/**
 * Everything in a message that would notify somebody or lead somewhere. `allowed` are the hosts of our own links.
 * Written apart from the cards' own escaping, so that it finds what that misses.
 */
export function activeParts(messages: readonly unknown[], allowed: ReadonlySet<string>): ActiveParts {
  const mentions: string[] = []
  const links: string[] = []
  const readMarkup = (text: string, pattern = LINK): void => {
    mentions.push(...(text.match(MENTION) ?? []))
    links.push(...(text.match(pattern) ?? []).filter((link) => !isAllowed(link, allowed)))
  }
  const walk = (value: unknown, isMarkup: boolean): void => {
    if (typeof value === 'string') {
      if (isMarkup) readMarkup(value)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const node = value as Readonly<Record<string, unknown>>
    const type = textOf(node['type'])
    const url = textOf(node['url'])
    if (MENTIONING.has(type)) mentions.push(type)
    if (url !== '' && !isAllowed(url, allowed)) links.push(url)
    const isRead = isMarkup || MARKUP_TYPES.has(type)
    for (const inner of Object.values(node)) walk(inner, isRead && typeof inner === 'string')
  }
  // The line beside Slack's blocks is markup as well.
  for (const message of messages) {
    const { text } = message as { readonly text?: unknown }
    if (typeof text === 'string') readMarkup(text, BRACKETED)
    walk(message, false)
  }
  return { mentions, links }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isAllowed(link: string, allowed: ReadonlySet<string>): boolean {
  const address = /https?:\/\/[^\s)>|]+/i.exec(link)?.[0]
  return address !== undefined && URL.canParse(address) && allowed.has(new URL(address).hostname)
}
