import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { oneLineText, storableText, truncateText } from '../../../src/kernel/clean-text.ts'

describe('text as Postgres can hold it', () => {
  it.each([
    ['a zero byte', 'a\0b', 'a\uFFFDb'],
    ['half a character', 'a\ud800b', 'a\uFFFDb'],
    ['a whole one', 'a\u{1F600}b', 'a\u{1F600}b'],
    ['line breaks and controls', 'a\n\u0007b', 'a\n\u0007b'],
  ])('%s', (_name, text, stored) => {
    expect(storableText(text)).toBe(stored)
  })
})

describe('text for one line', () => {
  it.each([
    ['line breaks become spaces', 'a\r\n\t b\u2028c', 'a b c'],
    ['what reorders the line goes', 'abc\u202Edef\u2066', 'abcdef'],
    ['what nobody sees goes', 'a\u200Bb\u{E0041}c\u00ADd', 'abcd'],
    ['letters of every script stay', 'Größe 大小 ﷼', 'Größe 大小 ﷼'],
  ])('%s', (_name, text, line) => {
    expect(oneLineText(text, 100)).toBe(line)
  })

  it('is never longer than asked, always well-formed, and says that it was cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 20, max: 100 }), (text, max) => {
        const line = oneLineText(text, max)
        return line.length <= max && line.isWellFormed()
      }),
    )
    expect(truncateText('x'.repeat(30), 20)).toBe('xxxxxxx… (truncated)')
    expect(truncateText('12345678 checkout is down', 20)).toBe('12345678 (truncated)')
    expect(truncateText('at 14:02 UTC it began here', 19)).toBe('at 14:… (truncated)')
    expect(truncateText('\u{1F525}'.repeat(20), 20)).toBe('\u{1F525}\u{1F525}\u{1F525}… (truncated)')
  })
})
