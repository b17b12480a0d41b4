import type { ActionName } from '../domain/action.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { escapeForChat, escapeForJson, escapeForName, escapeForPromql, escapeForUrl } from './escape-value.ts'
import type { Escaped } from './escape-value.ts'
import { hasExpression, lookUp, parseTemplate, writeExpression } from './expressions.ts'
import type { TemplatePart } from './expressions.ts'
import { placeOfArgument } from './argument-places.ts'
import type { ArgumentPlace } from './argument-places.ts'
import { placesInPromql } from './promql-places.ts'
import { placesInUrl } from './url-places.ts'

export interface ResolvedArguments {
  /** Undefined when something is missing or refused. */
  readonly value: JsonObject | undefined
  /** One sentence each, without the full stop. */
  readonly problems: readonly string[]
}

/**
 * Puts the values of all look-ups into the arguments, each escaped for its place. `steps.*` stays as it is written
 * while `lookups` holds no `steps`: only the run itself can know them, and resolves them by calling this again.
 */
export function resolveArguments(action: ActionName, written: JsonObject, lookups: JsonObject): ResolvedArguments {
  const problems: string[] = []
  const entries = Object.entries(written).map(([argument, value]): [string, Json] => [
    argument,
    resolveValue(value, placeOfArgument(action, argument), lookups, (problem) => {
      problems.push(`${argument}: ${problem}`)
    }),
  ])
  return problems.length > 0
    ? { value: undefined, problems: [...new Set(problems)] }
    : { value: Object.fromEntries(entries), problems }
}

type Report = (problem: string) => void

function resolveValue(value: Json, place: ArgumentPlace, lookups: JsonObject, report: Report): Json {
  if (typeof value === 'string') {
    return hasExpression(value) ? resolveText(value, place, lookups, report) : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => resolveValue(item, place, lookups, report))
  const entries = Object.entries(value as JsonObject)
  return Object.fromEntries(entries.map(([name, item]) => [name, resolveValue(item, place, lookups, report)]))
}

function resolveText(text: string, place: ArgumentPlace, lookups: JsonObject, report: Report): Json {
  const parsed = parseTemplate(text)
  if (!parsed.ok) {
    report(`${parsed.found} is not a look-up`)
    return text
  }
  const only = parsed.parts.length === 1 ? parsed.parts[0] : undefined
  const isStructural = place === 'json' || place === 'name'
  if (only?.kind === 'path' && isStructural && !isKept(only.path, lookups)) {
    return resolveWhole(only.path, place, lookups, report)
  }
  const resolved = joinParts(parsed.parts, place, lookups, report)
  if (place === 'url' && hasDotSegment(resolved)) report('a segment of a URL would be . or ..')
  return resolved
}

/** A look-up that is the whole value keeps its type: a number stays a number. */
function resolveWhole(path: string, place: ArgumentPlace, lookups: JsonObject, report: Report): Json {
  const found = lookUp(lookups, path)
  if (found === undefined) {
    report(`${path} has no value here`)
    return ''
  }
  if (typeof found === 'object' && place === 'json') return found
  if (typeof found === 'number' || typeof found === 'boolean') return found
  const escaped = place === 'json' ? escapeForJson(found) : escapeForName(found)
  if (!escaped.ok) report(`the value of ${path} is refused, since ${escaped.why}`)
  return escaped.ok ? escaped.text : ''
}

function joinParts(parts: readonly TemplatePart[], place: ArgumentPlace, lookups: JsonObject, report: Report): string {
  const escapers = escapersFor(parts, place)
  let index = -1
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      index += 1
      if (isKept(part.path, lookups)) return writeExpression(part.path)
      const found = lookUp(lookups, part.path)
      if (found === undefined) {
        report(`${part.path} has no value here`)
        return ''
      }
      const escaped = escapers[index]?.(found) ?? { ok: false, why: 'its place is not known' }
      if (!escaped.ok) report(`the value of ${part.path} is refused, since ${escaped.why}`)
      return escaped.ok ? escaped.text : ''
    })
    .join('')
}

function escapersFor(parts: readonly TemplatePart[], place: ArgumentPlace): readonly ((value: Json) => Escaped)[] {
  switch (place) {
    case 'promql':
      return placesInPromql(parts).map((where) => (value) => escapeForPromql(value, where))
    case 'url':
      return placesInUrl(parts).map((where) => (value) => escapeForUrl(value, where))
    case 'chat':
      return parts.filter((part) => part.kind === 'path').map(() => escapeForChat)
    case 'json':
      return parts.filter((part) => part.kind === 'path').map(() => escapeForJson)
    case 'name':
      return parts.filter((part) => part.kind === 'path').map(() => escapeForName)
  }
}

function isKept(path: string, lookups: JsonObject): boolean {
  return path.startsWith('steps.') && !Object.hasOwn(lookups, 'steps')
}

/** `..` survives percent-encoding and would climb out of the path that the author wrote. */
function hasDotSegment(url: string): boolean {
  const path = url.replace(/^https?:\/\/[^/?#]*/, '').split(/[?#]/)[0] ?? ''
  return path.split('/').some((segment) => segment === '.' || segment === '..')
}
