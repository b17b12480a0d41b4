import type { TemplatePart } from './expressions.ts'

/** Where in a PromQL text an expression stands. */
export type PromqlPlace =
  | { readonly kind: 'value'; readonly quote: '"' | "'" | '`' }
  | { readonly kind: 'pattern'; readonly quote: '"' | "'" | '`' }
  /** A string that is no label matcher's value: a function may read it as a pattern or as a name. */
  | { readonly kind: 'other_string' }
  | { readonly kind: 'outside' }
  | { readonly kind: 'comment' }

const MATCHER = /(?:^|[^=!<>~])(=~|!~|!=|=)\s*$/

interface Scan {
  quote: '"' | "'" | '`' | null
  operator: string | null
  isComment: boolean
  isEscaped: boolean
  /** Text outside of strings so far, to see which operator comes before a quote. */
  outside: string
}

/** One place for each look-up of the template, in order. */
export function placesInPromql(parts: readonly TemplatePart[]): readonly PromqlPlace[] {
  const scan: Scan = { quote: null, operator: null, isComment: false, isEscaped: false, outside: '' }
  const places: PromqlPlace[] = []
  for (const part of parts) {
    if (part.kind === 'path') places.push(placeNow(scan))
    else for (const character of part.text) step(scan, character)
  }
  return places
}

function placeNow(scan: Scan): PromqlPlace {
  if (scan.isComment) return { kind: 'comment' }
  if (scan.quote === null) return { kind: 'outside' }
  if (scan.operator === null || scan.isEscaped) return { kind: 'other_string' }
  return { kind: scan.operator.endsWith('~') ? 'pattern' : 'value', quote: scan.quote }
}

function step(scan: Scan, character: string): void {
  if (scan.isComment) {
    scan.isComment = character !== '\n'
  } else if (scan.quote !== null) {
    inString(scan, character)
  } else if (character === '"' || character === "'" || character === '`') {
    scan.quote = character
    scan.operator = MATCHER.exec(scan.outside)?.[1] ?? null
  } else if (character === '#') {
    scan.isComment = true
  } else {
    scan.outside += character
  }
}

function inString(scan: Scan, character: string): void {
  if (scan.isEscaped) {
    scan.isEscaped = false
  } else if (character === '\\' && scan.quote !== '`') {
    scan.isEscaped = true
  } else if (character === scan.quote) {
    scan.quote = null
    scan.outside += '""'
  }
}
