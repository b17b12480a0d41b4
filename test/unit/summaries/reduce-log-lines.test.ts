import { describe, expect, it } from '@jest/globals'
import { reduceLogLines } from '../../../src/summaries/logs/reduce-log-lines.ts'

describe('lines of a log', () => {
  it('become templates with counts, the most frequent first', () => {
    const lines = [
      ...Array.from(
        { length: 20 },
        (_none, at) => `connection to 10.0.0.${String(at)}:5432 refused after ${String(at)} ms`,
      ),
      ...Array.from(
        { length: 5 },
        (_none, at) => `2026-11-20T14:02:0${String(at)}Z request id=${String(at)}f3 took 12ms`,
      ),
      'pool is exhausted',
    ]

    expect(reduceLogLines(lines).map(({ template, count }) => [template, count])).toEqual([
      ['connection to <*> refused after <*> ms', 20],
      ['<*> request id=<*> took <*>', 5],
      ['pool is exhausted', 1],
    ])
  })

  it('join where one word differs, and stay apart where most do', () => {
    const found = reduceLogLines(['user ana could not pay', 'user ben could not pay', 'user cem has a new card'])

    expect(found.map(({ template, count }) => [template, count])).toEqual([
      ['user ana could not pay', 1],
      ['user ben could not pay', 1],
      ['user cem has a new card', 1],
    ])
    expect(reduceLogLines(['could not pay for ana', 'could not pay for ben'])).toMatchObject([
      { template: 'could not pay for <*>', count: 2, example: 'could not pay for ana' },
    ])
  })

  it('count every line that says something, whatever they are', () => {
    const hostile = ['', '   ', '0'.repeat(100_000), '<*> <*>', '\u0000\u202e', 'a=1 '.repeat(5_000)]

    const found = reduceLogLines(hostile)

    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(4)
    expect(Math.max(...found.map(({ template }) => template.length))).toBeLessThanOrEqual(1_000)
  })

  it('are told by their first kinds where all differ', () => {
    const words = (at: number) => [...at.toString(2)].map((digit) => (digit === '0' ? 'a' : 'b')).join('')

    expect(reduceLogLines(Array.from({ length: 2_000 }, (_none, at) => words(at)))).toHaveLength(500)
  })
})
