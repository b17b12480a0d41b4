import type { AlertMatcher } from '../domain/playbook.ts'
import type { Labels } from '../domain/alert.ts'
import { compileLinearMatcher } from '../kernel/linear-matcher.ts'

/** As in Prometheus: patterns are anchored, and a label that is absent has the empty value. */
export function matchesAlert(matcher: AlertMatcher, labels: Labels): boolean {
  const value = Object.hasOwn(labels, matcher.label) ? (labels[matcher.label] ?? '') : ''
  switch (matcher.operator) {
    case '=':
      return value === matcher.value
    case '!=':
      return value !== matcher.value
    case '=~':
      return compileLinearMatcher(matcher.value).matches(value)
    case '!~':
      return !compileLinearMatcher(matcher.value).matches(value)
  }
}

export function writeMatcher(matcher: AlertMatcher): string {
  return `${matcher.label}${matcher.operator}${JSON.stringify(matcher.value)}`
}
