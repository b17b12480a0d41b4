import { describe, expect, it } from '@jest/globals'
import { rankScores, share } from '../../../src/cli/eval/rank-scores.ts'

describe('the scores of a ranking', () => {
  it('counts hits within the first one and three, and an absent answer as rank ten', () => {
    const { n, hitRate1, hitRate3, meanRank } = rankScores([1, 3, 4, undefined])

    expect(n).toBe(4)
    expect(hitRate1.value).toBe(0.25)
    expect(hitRate3.value).toBe(0.5)
    expect(meanRank).toBe((1 + 3 + 4 + 10) / 4)
  })

  // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662, 0 of 20 gives 0 to 0.1611.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [0, 20, 0, 0.1611],
  ])('gives the published interval of %i in %i', (hits, n, low, high) => {
    const interval = share(hits, n)

    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })
})
