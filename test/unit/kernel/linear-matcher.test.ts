import { describe, expect, it } from '@jest/globals'
import { compileLinearMatcher } from '../../../src/kernel/linear-matcher.ts'

describe('a pattern that somebody wrote', () => {
  it.each([
    ['HighErrorRate|HighLatency', 'HighLatency', true],
    // Anchored on both sides, as in Prometheus.
    ['High', 'HighLatency', false],
    ['High.*', 'HighLatency', true],
    ['High.*', 'High\nLatency', true],
    ['', '', true],
    ['(?i)high', 'HIGH', true],
  ])('%j on %j: %s', (pattern, text, fits) => {
    expect(compileLinearMatcher(pattern).matches(text)).toBe(fits)
  })

  it.each(['(', 'a{2000}', '(?=a)', '(a)\\1'])('refuses %j by saying what to write', (pattern) => {
    expect(() => compileLinearMatcher(pattern)).toThrow(/is not an RE2 pattern .* Write it without/)
  })

  it.each(['^(\\w+\\s?)*$', '(x+x+)+y', '(a|aa)+b', '(.*){10}z', '(a?){50}a{50}'])(
    'takes no longer on a text made to hurt %j',
    (pattern) => {
      const matcher = compileLinearMatcher(pattern)
      const started = process.cpuUsage()

      for (const letter of ['a', 'x', 'ab ']) matcher.matches(`${letter.repeat(50_000)}!`)

      // JavaScript's own engine does not come back from 40 letters of this; seconds would be a broken engine.
      expect(process.cpuUsage(started).user / 1000).toBeLessThan(5_000)
    },
  )
})
