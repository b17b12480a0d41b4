import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compileLinearMatcher } from '../../../src/kernel/linear-matcher.ts'
import { fillServices } from '../../../src/orchestrator/refresh/fill-services.ts'
import { parsePromql } from '../../../src/sandbox/promql/parse.ts'

const QUERY = 'rate(http_requests_total{service=~"${{ services }}"}[1m])'
const HOSTILE = ['x"} or vector(1) or up{a="', '.*', 'a|b', 'back\\slash', 'line\nbreak', "quote'", '$&', '$1', '`']

/** The pattern of the query's one matcher, as Prometheus reads it; undefined when the query is another one. */
function patternOf(query: string): string | undefined {
  const expression = parsePromql(query)
  if (expression.kind !== 'call' || expression.name !== 'rate' || expression.args.length !== 1) return undefined
  const [selector] = expression.args
  if (selector?.kind !== 'selector' || selector.matchers.length !== 1) return undefined
  return selector.matchers[0]?.value
}

const matchesOnly = (pattern: string | undefined, names: readonly string[], other: string) => {
  const matcher = compileLinearMatcher(`(?s:${pattern ?? ''})`)
  return names.every((name) => matcher.matches(name)) && (names.includes(other) || !matcher.matches(other))
}

describe('the names of services in a query', () => {
  it.each(HOSTILE)('match themselves alone, also %j', (name) => {
    expect(matchesOnly(patternOf(fillServices(QUERY, ['checkout', name])), ['checkout', name], 'payments')).toBe(true)
  })

  it('never make another query, whatever an alert calls its service', () => {
    const names = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...HOSTILE)), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(fc.property(names, (given) => patternOf(fillServices(QUERY, given)) !== undefined))
  })

  it('would make another one if they were put in as they are (the twin)', () => {
    const careless = QUERY.split('${{ services }}').join(HOSTILE[0] ?? '')

    expect(patternOf(careless)).toBeUndefined()
  })

  it('leaves out what cannot stand in a query', () => {
    expect(fillServices(QUERY, ['checkout', 'half \uD800'])).toBe('rate(http_requests_total{service=~"checkout"}[1m])')
  })
})
