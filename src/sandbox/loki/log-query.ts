import { compileLinearMatcher } from '../../kernel/linear-matcher.ts'
import { PromqlError } from '../promql/promql-error.ts'
import { labelTests } from '../promql/label-tests.ts'
import { parsePromql } from '../promql/parse.ts'
import { tokenize, unquote } from '../promql/tokens.ts'
import type { Labels } from '../prometheus/series-store.ts'

export interface LogQuery {
  readonly isMeant: (labels: Labels) => boolean
  readonly isWanted: (text: string) => boolean
}

const FILTER = /\s*(?<operator>\|=|!=|\|~|!~)\s*(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)/y

/** The part of LogQL that the product and its tests use: one stream selector, then filters of lines. */
export function parseLogQuery(query: string): LogQuery {
  const end = endOfSelector(query)
  const selector = parsePromql(query.slice(0, end))
  if (selector.kind !== 'selector' || selector.name !== undefined) throw unreadable(query)
  const filters = filtersOf(query.slice(end))
  return { isMeant: labelTests(selector.matchers), isWanted: (text) => filters.every((isWanted) => isWanted(text)) }
}

/** Behind the brace that closes it; one within quotes is text. */
function endOfSelector(query: string): number {
  const beforePipe = /^\s*\{(?:[^"`}]|"(?:[^"\\\n]|\\.)*"|`[^`]*`)*\}/.exec(query)?.[0]
  if (beforePipe === undefined || tokenize(beforePipe).length === 0) throw unreadable(query)
  return beforePipe.length
}

function filtersOf(text: string): readonly ((line: string) => boolean)[] {
  const filters: ((line: string) => boolean)[] = []
  let at = 0
  while (text.slice(at).trim() !== '') {
    FILTER.lastIndex = at
    const groups = FILTER.exec(text)?.groups
    if (groups === undefined) throw unreadable(text.slice(at))
    filters.push(filterOf(groups['operator'] ?? '', unquote(groups['text'] ?? '""')))
    at = FILTER.lastIndex
  }
  return filters
}

function filterOf(operator: string, wanted: string): (line: string) => boolean {
  if (operator === '|=') return (line) => line.includes(wanted)
  if (operator === '!=') return (line) => !line.includes(wanted)
  // Unlike those of labels, the patterns of lines are not anchored.
  const matcher = compileLinearMatcher(`(?s:.*)(?:${wanted})(?s:.*)`)
  return operator === '|~' ? (line) => matcher.matches(line) : (line) => !matcher.matches(line)
}

function unreadable(part: string): PromqlError {
  return new PromqlError('bad_data', `parse error: the sandbox's Loki cannot read ${JSON.stringify(part.trim())}`)
}
