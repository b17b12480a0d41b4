import { PromqlError } from './promql-error.ts'

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'duration' | 'sign'
  readonly text: string
  readonly at: number
}

const PATTERNS: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+|#[^\n]*/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y],
  ['name', /[a-zA-Z_:][a-zA-Z0-9_:]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['sign', /==|!=|>=|<=|=~|!~|[-+*/%^()[\]{}=<>,@:]/y],
]

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const found = matchAt(text, at)
    if (found === undefined) {
      throw new PromqlError('bad_data', `1:${at + 1}: parse error: unexpected character: ${JSON.stringify(text[at])}`)
    }
    const [kind, part] = found
    if (kind !== 'space') tokens.push({ kind, text: part, at })
    at += part.length
  }
  return tokens
}

function matchAt(text: string, at: number): readonly [Token['kind'] | 'space', string] | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) return [kind, match[0]]
  }
  return undefined
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

export function unquote(literal: string): string {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`')) return inner
  return inner.replace(/\\(.)/gs, (_whole, character: string) => ESCAPES[character] ?? character)
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}

export function durationSeconds(text: string): number {
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(amount) * (UNIT_SECONDS[unit ?? ''] ?? 0)
  }
  return total
}
