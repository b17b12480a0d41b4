import type { TeamsMessage } from '../../../src/adapters/teams/render/render-card.ts'

/** Elements and actions that we send; anything else, images and Markdown blocks among them, would be found. */
const KNOWN_TYPES = new Set([
  ...['message', 'AdaptiveCard', 'Container', 'RichTextBlock', 'TextRun', 'Input.Text'],
  ...['Action.ShowCard', 'Action.Execute', 'Action.Submit', 'Action.OpenUrl'],
])
/** Text runs show these as they are; fields outside them would be read as mark-up and hold words of ours only. */
const MARKED_UP = new Set(['label', 'title', 'placeholder', 'errorMessage', 'fallbackText', 'speak', 'altText'])
const HIDDEN = /[\p{Cc}\p{Cf}\u{E0000}-\u{E007F}]/u

/** Everything in a message to Teams that acts, or hides, though data put it there. */
export function activeParts(message: TeamsMessage, allowedUrls: readonly string[] = []): readonly string[] {
  const found: string[] = []
  const walk = (value: unknown, name: string, parent: string): void => {
    if (typeof value === 'string') {
      found.push(...inText(value, name, parent))
      return
    }
    if (typeof value !== 'object' || value === null) return
    const node = value as Readonly<Record<string, unknown>>
    const type = typeof node['type'] === 'string' ? node['type'] : parent
    found.push(...inNode(node, allowedUrls))
    for (const [key, inner] of Object.entries(node)) walk(inner, Array.isArray(value) ? name : key, type)
  }
  walk(message, '', '')
  return 'text' in message ? [...found, 'text beside the card'] : found
}

function inNode(node: Readonly<Record<string, unknown>>, allowedUrls: readonly string[]): readonly string[] {
  const { type, url } = node
  const isKnown = typeof type !== 'string' || KNOWN_TYPES.has(type)
  const isAllowed = typeof url !== 'string' || allowedUrls.includes(url)
  return [
    ...(isKnown ? [] : [`a ${type} element`]),
    ...(isAllowed ? [] : [`a link to ${url}`]),
    ...('entities' in node || 'speak' in node ? ['mentions or mark-up beside the card'] : []),
  ]
}

function inText(value: string, name: string, parent: string): readonly string[] {
  const plain = name === 'summary' ? value.replaceAll('\n', '') : value
  const hides = HIDDEN.test(plain) || !value.isWellFormed() ? [`hidden characters: ${JSON.stringify(value)}`] : []
  const works = /\{\{(?:DATE|TIME)\(/.test(value) ? [`a date that is worked out: ${value}`] : []
  const isMarkedUp = MARKED_UP.has(name) && parent !== 'Action.OpenUrl' && /[<>*_`[\]|\\]/.test(value)
  return [...hides, ...works, ...(isMarkedUp ? [`mark-up in ${name}: ${value}`] : [])]
}
