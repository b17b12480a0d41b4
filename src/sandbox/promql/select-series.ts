import { compileLinearMatcher } from '../../kernel/linear-matcher.ts'
import { PromqlError } from './promql-error.ts'
import type { LabelMatcher, Selector } from './expression.ts'
import type { Series, SeriesStore } from '../prometheus/series-store.ts'

/** The series a selector means. Patterns are anchored, and a label that is absent has the empty value. */
export function selectSeries(store: SeriesStore, selector: Selector): readonly Series[] {
  const tests = selector.matchers.map((matcher) => ({ label: matcher.label, test: compile(matcher) }))
  return store
    .list(selector.name)
    .filter((series) => tests.every(({ label, test }) => test(series.labels[label] ?? '')))
}

function compile({ operator, value }: LabelMatcher): (text: string) => boolean {
  if (operator === '=') return (text) => text === value
  if (operator === '!=') return (text) => text !== value
  const matcher = compilePattern(value)
  return operator === '=~' ? (text) => matcher.matches(text) : (text) => !matcher.matches(text)
}

function compilePattern(pattern: string) {
  try {
    return compileLinearMatcher(pattern)
  } catch {
    throw new PromqlError('bad_data', `parse error: error parsing regexp ${JSON.stringify(pattern)}`)
  }
}
