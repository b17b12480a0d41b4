import { HIDDEN_CHARACTERS } from '../../kernel/clean-text.ts'
import { escapeMarkup } from '../../kernel/escape-markup.ts'

/** Markup that is safe to send: made by the `html` tag only, which escapes every value that is not markup itself. */
export class SafeHtml {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Insertable = SafeHtml | string | number | boolean | null | undefined | readonly Insertable[]

/** Escaped by default: text, numbers and lists of markup; null, undefined and booleans leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Insertable[]): SafeHtml {
  return new SafeHtml(String.raw({ raw: strings }, ...values.map(insert)))
}

function insert(value: Insertable): string {
  if (value === null || value === undefined || typeof value === 'boolean') return ''
  if (value instanceof SafeHtml) return value.text
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return value.map(insert).join('')
}

/** Controls, bidirectional overrides and invisible characters show as U+FFFD: what is read is what is there. */
function escapeHtml(text: string): string {
  const shown = text
    .toWellFormed()
    .replace(HIDDEN_CHARACTERS, (character) => ('\n\r\t'.includes(character) ? character : '\ufffd'))
  return escapeMarkup(shown)
}
