import type { AlertMatcher } from '../domain/playbook.ts'
import { compileLinearMatcher } from '../kernel/linear-matcher.ts'

export type ParsedMatcher =
  { readonly ok: true; readonly matcher: AlertMatcher } | { readonly ok: false; readonly expected: string }

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"',{}]+))\s*$/su
const MAX_LENGTH = 1000

/** One Prometheus matcher, `label="value"`, with `=`, `!=`, `=~` or `!~`; quotes may be left out around a plain word. */
export function parseMatcher(text: string): ParsedMatcher {
  const match = text.length > MAX_LENGTH ? null : MATCHER.exec(text)
  if (match === null) return { ok: false, expected: 'a matcher such as alertname=~"HighErrorRate|HighLatency"' }
  const operator = match[2] as AlertMatcher['operator']
  const value = match[3] === undefined ? (match[4] ?? '') : unescapeQuoted(match[3])
  if (operator === '=~' || operator === '!~') {
    const mistake = findPatternMistake(value)
    if (mistake !== undefined) return { ok: false, expected: mistake }
  }
  return { ok: true, matcher: { label: match[1] ?? '', operator, value } }
}

/** What is wrong with a pattern; undefined when the linear engine takes it. */
export function findPatternMistake(pattern: string): string | undefined {
  try {
    compileLinearMatcher(pattern)
    return undefined
  } catch (cause) {
    return cause instanceof Error ? `an RE2 pattern (${cause.message})` : 'an RE2 pattern'
  }
}

/** As in Alertmanager: a backslash before any other character stays, so that `10\.0\..*` needs no doubling. */
function unescapeQuoted(quoted: string): string {
  const known: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' }
  return quoted.replace(/\\(.)/gsu, (whole, character: string) => known[character] ?? whole)
}
