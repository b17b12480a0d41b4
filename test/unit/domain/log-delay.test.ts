import { describe, expect, it } from '@jest/globals'
import {
  describeLogBehind,
  describeLogWait,
  findLogBehind,
  isHighRisk,
  isLogWait,
} from '../../../src/domain/log-delay.ts'

const MOST_MS = 900_000

describe('how far the audit log may be behind', () => {
  it.each([
    ['nothing waits', 0, 0, undefined],
    ['entries wait for moments', 1, 9, undefined],
    ['as long as it may', 900, 900, undefined],
    ['longer for its numbers', 901, 0, { lacks: 'numbers', seconds: 901 }],
    ['longer for a checkpoint', 0, 901, { lacks: 'checkpoints', seconds: 901 }],
    ['for both, of which no number is the reason', 901, 1_200, { lacks: 'numbers', seconds: 901 }],
  ])('%s', (_case, lagSeconds, uncoveredSeconds, expected) => {
    expect(findLogBehind({ lagSeconds, uncoveredSeconds }, MOST_MS)).toEqual(expected)
  })

  it('is a matter of plans that two people approve, and of a nested approval of that tier', () => {
    expect([[1], [2], [3], [4], [2, 3], [3, 1]].map((tiers) => isHighRisk(...(tiers as (1 | 2 | 3 | 4)[])))).toEqual([
      ...[false, false, true, true, true, true],
    ])
  })

  it('is said with what happened and what to do, and a run that waits for it is known by its words', () => {
    const behind = { lacks: 'numbers', seconds: 1_020 } as const

    expect(describeLogBehind(behind)).toBe(
      'The audit log is behind: its entries have had no numbers for 17 min. Have a transaction looked for that does not end (pg_stat_activity, xact_start).',
    )
    expect(isLogWait(describeLogWait(behind))).toBe(true)
    expect(isLogWait(describeLogWait({ lacks: 'checkpoints' }))).toBe(true)
    expect(isLogWait(describeLogBehind(behind))).toBe(false)
    expect(isLogWait(null)).toBe(false)
  })
})
