import type { Json } from '../kernel/json.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import type { PromqlPlace } from './promql-places.ts'
import type { UrlPlace } from './url-places.ts'

/** What the escape came to: text that means itself in its place, or why that cannot be had. */
export type Escaped = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string }

const CHAT_TEXT_LIMIT = 500
const CONTROL = /\p{Cc}/u

/**
 * A value as it may stand in a PromQL text. In a label matcher it becomes the content of the string, and of a pattern
 * as well where the matcher takes one, so that a label value of `.*` matches only itself. Outside of strings only
 * numbers may stand.
 */
export function escapeForPromql(value: Json, place: PromqlPlace): Escaped {
  if (place.kind === 'outside') {
    return typeof value === 'number' && Number.isFinite(value)
      ? done(String(value))
      : refused('only a number may stand outside of quotes in a query')
  }
  if (place.kind !== 'value' && place.kind !== 'pattern') {
    return refused("an expression may stand in a query only as a label matcher's value")
  }
  const text = asText(value)
  if (!text?.isWellFormed()) return refused('it is no text that can stand in a query')
  const meant = place.kind === 'pattern' ? quotePattern(text) : text
  if (place.quote === '`') {
    return meant.includes('`') || meant.includes('\r')
      ? refused('nothing can be escaped between back-ticks')
      : done(meant)
  }
  return done(quoteString(meant, place.quote))
}

/** In RE2 a backslash before any ASCII punctuation makes it literal. */
function quotePattern(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, (character) => `\\${character}`)
}

function quoteString(text: string, quote: '"' | "'"): string {
  return [...text]
    .map((character) => {
      if (character === '\\' || character === quote) return `\\${character}`
      if (character === '\n') return '\\n'
      if (CONTROL.test(character)) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      return character
    })
    .join('')
}

/** A value in a URL's path or query. A slash in a path is refused, since servers differ in what they make of `%2F`. */
export function escapeForUrl(value: Json, place: UrlPlace): Escaped {
  if (place === 'authority') return refused('an expression may not choose the scheme or the host of a URL')
  if (place === 'fragment') return refused('an expression may not stand behind the # of a URL')
  const text = asText(value)
  if (text === undefined || !text.isWellFormed() || CONTROL.test(text)) {
    return refused('it is no text that can stand in a URL')
  }
  if (place === 'path' && /[/\\]/.test(text)) return refused('a slash may not stand in one segment of a path')
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return done(encoded)
}

/** One line, nothing that hides or reorders text. Each surface escapes its own markup when it renders. */
export function escapeForChat(value: Json): Escaped {
  const text = asText(value)
  return text === undefined ? refused('it is no text') : done(oneLineText(text, CHAT_TEXT_LIMIT))
}

/** A name or an id: the argument's own pattern decides what fits. */
export function escapeForName(value: Json): Escaped {
  const text = asText(value)
  if (text === undefined || !text.isWellFormed() || CONTROL.test(text)) return refused('it is no name')
  return done(text)
}

/** Inside a JSON string the serialiser escapes; only what no JSON text may hold is refused. */
export function escapeForJson(value: Json): Escaped {
  const text = asText(value)
  return !text?.isWellFormed() ? refused('it is no text') : done(text)
}

function asText(value: Json): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function done(text: string): Escaped {
  return { ok: true, text }
}

function refused(why: string): Escaped {
  return { ok: false, why }
}
