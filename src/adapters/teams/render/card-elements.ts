import { utcTime } from '../../shared/card/card-text.ts'
import type { CardText, Inline } from '../../shared/card/card-text.ts'

/** An element of an Adaptive Card, as it is sent. */
export type CardElement = Readonly<Record<string, unknown>>

/**
 * Everything that is not a button stands in text runs of rich text blocks, which know no Markdown, no HTML and no
 * mentions (those would need an entry beside the card, and none is ever made): what the data says is shown letter by
 * letter. A link is a run of its own with an action.
 */
export function toContainer(texts: readonly CardText[]): CardElement {
  return { type: 'Container', spacing: 'Medium', items: texts.flatMap(toElements) }
}

/** One line in large letters. */
export function toHeading(words: string): CardElement {
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: inert(words), size: 'Large', weight: 'Bolder' }],
  }
}

function toElements(one: CardText): readonly CardElement[] {
  switch (one.kind) {
    case 'line':
      return someLines(linesOf(one.parts).map((parts) => toBlock(parts, 'Small')))
    case 'bullets':
      return one.items.map((item) => toBlock([plain('• '), ...item], 'Small'))
    case 'numbers':
      return one.items.map((item, index) => toBlock([plain(`${String(index + 1)}. `), ...item], 'Small'))
    case 'preformatted':
      return someLines(
        one.text.split('\n').map((line) => toBlock([{ kind: 'text', text: fixedWidth(line), style: 'code' }], 'None')),
      )
  }
}

/** Each line is an element, which costs more than its words. */
const MOST_LINES = 50

function someLines(lines: readonly CardElement[]): readonly CardElement[] {
  if (lines.length <= MOST_LINES) return lines
  const more = lines.length - MOST_LINES
  return [...lines.slice(0, MOST_LINES), toBlock([plain(`and ${String(more)} more lines (truncated)`)], 'Small')]
}

function toBlock(parts: readonly Inline[], spacing: 'None' | 'Small'): CardElement {
  return { type: 'RichTextBlock', spacing, inlines: parts.map(toRun) }
}

function plain(text: string): Inline {
  return { kind: 'text', text, style: 'plain' }
}

function toRun(part: Inline): CardElement {
  switch (part.kind) {
    case 'text':
      return { type: 'TextRun', text: inert(part.text), ...STYLES[part.style] }
    case 'link':
      return {
        type: 'TextRun',
        text: inert(part.text),
        underline: true,
        selectAction: { type: 'Action.OpenUrl', url: part.url, title: inert(part.text) },
      }
    case 'time':
      return { type: 'TextRun', text: utcTime(part.at) }
  }
}

const STYLES = { plain: {}, bold: { weight: 'Bolder' }, code: { fontType: 'Monospace' } } as const

/** A run cannot break its line: each line becomes a block of its own. */
function linesOf(parts: readonly Inline[]): readonly (readonly Inline[])[] {
  const lines: Inline[][] = [[]]
  for (const part of parts) {
    if (part.kind !== 'text') {
      lines.at(-1)?.push(part)
      continue
    }
    for (const [index, text] of part.text.split('\n').entries()) {
      if (index > 0) lines.push([])
      if (text !== '') lines.at(-1)?.push({ ...part, text })
    }
  }
  return lines.filter((line) => line.length > 0)
}

/** Spaces that stand for columns are kept; an empty line keeps its height. */
function fixedWidth(line: string): string {
  return line === '' ? '\u00a0' : line.replace(/ {2,}/g, (spaces) => '\u00a0'.repeat(spaces.length))
}

/** The one thing that a run would work out: `{{DATE(…)}}` and `{{TIME(…)}}` become the reader's local time. */
export function inert(words: string): string {
  return words.replace(/\{\{(?=(?:DATE|TIME)\()/g, '{ {')
}
