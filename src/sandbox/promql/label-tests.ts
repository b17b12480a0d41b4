import { compileLinearMatcher } from '../../kernel/linear-matcher.ts'
import { PromqlError } from './promql-error.ts'
import type { LabelMatcher } from './expression.ts'
import type { Labels } from '../prometheus/series-store.ts'

/** Whether labels are meant by all matchers. Patterns are anchored, and a label that is absent has the empty value. */
export function labelTests(matchers: readonly LabelMatcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: compile(matcher) }))
  return (labels) => tests.every(({ label, test }) => test(labels[label] ?? ''))
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
