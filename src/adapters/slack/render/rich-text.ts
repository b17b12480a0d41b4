import type { types } from '@slack/bolt'

export type Inline = types.RichTextElement
export type RichPart = types.RichTextBlock['elements'][number]

/**
 * Everything that is not a button stands in rich text: its text elements show what they are given, letter by letter.
 * No mention, no link and no mark-up can come out of them, whatever the data says; a link is an element of its own.
 */
export function text(value: string): Inline {
  return { type: 'text', text: value }
}

export function bold(value: string): Inline {
  return { type: 'text', text: value, style: { bold: true } }
}

export function code(value: string): Inline {
  return { type: 'text', text: value, style: { code: true } }
}

/** Only for addresses of typed fields that were checked. */
export function link(url: string, title: string): Inline {
  return { type: 'link', url, text: title }
}

/** Shown in the reader's own time zone, and kept current by Slack where the format holds `{ago}`. */
export function time(at: Date, format = '{date_short_pretty} {time}'): Inline {
  return { type: 'date', timestamp: Math.floor(at.getTime() / 1000), format, fallback: utc(at) }
}

export const WITH_AGO = '{date_short_pretty} {time} ({ago})'

/** `2026-11-21 10:04 UTC`. */
function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Slack refuses empty text. */
export function section(...parts: readonly Inline[]): types.RichTextSection {
  return { type: 'rich_text_section', elements: parts.filter((part) => part.type !== 'text' || part.text !== '') }
}

export function bullets(items: readonly (readonly Inline[])[]): readonly RichPart[] {
  return listOf('bullet', items)
}

export function numbered(items: readonly (readonly Inline[])[]): readonly RichPart[] {
  return listOf('ordered', items)
}

function listOf(style: 'bullet' | 'ordered', items: readonly (readonly Inline[])[]): readonly RichPart[] {
  const sections = items.map((item) => section(...item)).filter((item) => item.elements.length > 0)
  return sections.length === 0 ? [] : [{ type: 'rich_text_list', style, elements: sections }]
}

export function preformatted(value: string): RichPart {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: value }] }
}

/** One block, or none when nothing is to be said. */
export function richText(...parts: readonly RichPart[]): readonly types.RichTextBlock[] {
  const filled = parts.filter((part) => part.elements.length > 0)
  return filled.length === 0 ? [] : [{ type: 'rich_text', elements: filled }]
}

/** ` · ` between what is there. */
export function dotted(groups: readonly (readonly Inline[])[]): readonly Inline[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? [...group] : [text(' · '), ...group]))
}
