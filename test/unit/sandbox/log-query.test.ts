import { describe, expect, it } from '@jest/globals'
import { parseLogQuery } from '../../../src/sandbox/loki/log-query.ts'

function reads(query: string, service: string, text: string): boolean {
  const { isMeant, isWanted } = parseLogQuery(query)
  return isMeant({ service }) && isWanted(text)
}

describe("a query to the sandbox's Loki", () => {
  it.each([
    ['{service="cart"}', 'cart', true],
    ['{service="cart"}', 'checkout', false],
    ['{service=~"cart|checkout"}', 'checkout', true],
    // Patterns of labels are anchored.
    ['{service=~"check"}', 'checkout', false],
    ['{service=~".+"} |= "refused"', 'cart', true],
    ['{service=~".+"} != "refused"', 'cart', false],
    // Those of lines are not.
    ['{service=~".+"} |~ "re(f)used"', 'cart', true],
    ['{service=~".+"} |= "connection" !~ "^refused" |= `at 10.0.0.1`', 'cart', true],
    // A brace within quotes closes nothing.
    ['{service!="}"} |= "refused"', 'cart', true],
  ])('%s means lines of %s: %s', (query, service, expected) => {
    expect(reads(query, service, 'connection refused at 10.0.0.1')).toBe(expected)
  })

  it.each(['', 'up', 'rate({service="cart"}[5m])', '{service="cart"', '{service="cart"} | json', '{service=~"("}'])(
    'is refused where it is none that it reads: %s',
    (query) => {
      expect(() => reads(query, 'cart', 'refused')).toThrow(/parse error/)
    },
  )
})
