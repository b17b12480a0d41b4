import type { Json, JsonObject } from '../kernel/json.ts'

/** A string with `${{ path }}` look-ups, cut into its parts. There are no operators, no calls, no evaluation. */
export type TemplatePart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'path'; readonly path: string }

export type ParsedTemplate =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  /** What stands between the braces and is not a look-up. */
  | { readonly ok: false; readonly found: string }

const OPEN = '${{'
const CLOSE = '}}'
const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/
const MAX_PATH = 200

export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = []
  let rest = text
  for (let open = rest.indexOf(OPEN); open >= 0; open = rest.indexOf(OPEN)) {
    const close = rest.indexOf(CLOSE, open)
    if (close < 0) return { ok: false, found: `${rest.slice(open, open + 40)} without its closing braces` }
    const path = rest.slice(open + OPEN.length, close).trim()
    if (!isPath(path)) return { ok: false, found: JSON.stringify(rest.slice(open, close + CLOSE.length)) }
    if (open > 0) parts.push({ kind: 'text', text: rest.slice(0, open) })
    parts.push({ kind: 'path', path })
    rest = rest.slice(close + CLOSE.length)
  }
  if (rest !== '') parts.push({ kind: 'text', text: rest })
  return { ok: true, parts }
}

export function isPath(path: string): boolean {
  return path.length <= MAX_PATH && PATH.test(path)
}

export function hasExpression(text: string): boolean {
  return text.includes(OPEN)
}

export function writeExpression(path: string): string {
  return `${OPEN} ${path} ${CLOSE}`
}

/**
 * The value a path leads to; undefined when there is none. Own properties only, so that no name reaches a prototype.
 * Labels may hold dots in their names, so what follows `alert.labels.` is one name.
 */
export function lookUp(lookups: JsonObject, path: string): Json | undefined {
  let current: Json = lookups
  for (const name of splitPath(path)) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined
    if (!Object.hasOwn(current, name)) return undefined
    current = (current as JsonObject)[name] ?? null
  }
  return current === null || current === '' ? undefined : current
}

export function splitPath(path: string): readonly string[] {
  const names = path.split('.')
  const isLabel = names[0] === 'alert' && (names[1] === 'labels' || names[1] === 'annotations')
  return isLabel ? [...names.slice(0, 2), names.slice(2).join('.')] : names
}
