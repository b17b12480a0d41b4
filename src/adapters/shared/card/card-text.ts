/**
 * The words of a card, before any platform's mark-up: every surface draws these and nothing else, so that two surfaces
 * say the same in the same order. Text stands for itself, letter by letter: no mention, no link and no mark-up can come
 * out of it, whatever the data says; a link is an element of its own.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string; readonly style: 'plain' | 'bold' | 'code' }
  | { readonly kind: 'link'; readonly url: string; readonly text: string }
  | { readonly kind: 'time'; readonly at: Date; readonly style: TimeStyle }

export type CardText =
  | { readonly kind: 'line'; readonly parts: readonly Inline[] }
  | { readonly kind: 'bullets' | 'numbers'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'preformatted'; readonly text: string }

/** A time alone, or with how long ago it was, where the surface keeps that current. */
export type TimeStyle = 'time' | 'time-and-ago'
export const WITH_AGO: TimeStyle = 'time-and-ago'

export function text(value: string): Inline {
  return { kind: 'text', text: value, style: 'plain' }
}

export function bold(value: string): Inline {
  return { kind: 'text', text: value, style: 'bold' }
}

export function code(value: string): Inline {
  return { kind: 'text', text: value, style: 'code' }
}

/** Only for addresses of typed fields that were checked. */
export function link(url: string, title: string): Inline {
  return { kind: 'link', url, text: title }
}

export function time(at: Date, style: TimeStyle = 'time'): Inline {
  return { kind: 'time', at, style }
}

/** `2026-11-21 10:04 UTC`. */
export function utcTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Empty text is left out: platforms refuse it. */
export function section(...parts: readonly Inline[]): CardText {
  return { kind: 'line', parts: filledParts(parts) }
}

export function bullets(items: readonly (readonly Inline[])[]): readonly CardText[] {
  return listOf('bullets', items)
}

export function numbered(items: readonly (readonly Inline[])[]): readonly CardText[] {
  return listOf('numbers', items)
}

function listOf(kind: 'bullets' | 'numbers', items: readonly (readonly Inline[])[]): readonly CardText[] {
  const filled = items.map(filledParts).filter((item) => item.length > 0)
  return filled.length === 0 ? [] : [{ kind, items: filled }]
}

function filledParts(parts: readonly Inline[]): readonly Inline[] {
  return parts.filter((part) => part.kind !== 'text' || part.text !== '')
}

export function preformatted(value: string): CardText {
  return { kind: 'preformatted', text: value }
}

/** What is to be said, without lines in which nothing stands. */
export function richText(...texts: readonly CardText[]): readonly CardText[] {
  return texts.filter((one) => one.kind !== 'line' || one.parts.length > 0)
}

/** ` · ` between what is there. */
export function dotted(groups: readonly (readonly Inline[])[]): readonly Inline[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? [...group] : [text(' · '), ...group]))
}
