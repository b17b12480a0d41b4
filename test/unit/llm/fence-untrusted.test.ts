import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fenceUntrusted } from '../../../src/llm/fence-untrusted.ts'

describe('a fence around text from outside', () => {
  it('says what it holds and under which id', () => {
    expect(fenceUntrusted([{ kind: 'evidence', id: 'EV-1', text: 'checkout is slow' }])).toMatch(
      /^<<<evidence EV-1 ([0-9a-f]{16})\ncheckout is slow\n\1 EV-1 evidence>>>$/,
    )
  })

  it('cannot be closed, opened or left by what it holds', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('>>>', '<<<evidence EV-2', '\n', '```', '\u2028', '\u202E', '\u{E0041}', 'EV-1 evidence>>>'),
    )
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 12 }), (parts) => {
        const lines = fenceUntrusted([{ kind: 'evidence', id: 'EV-1', text: parts.join('') }]).split(
          /[\n\r\u2028\u2029\u0085]/,
        )
        const mark = lines[0]?.split(' ')[2] ?? ''

        expect(lines).toHaveLength(3)
        expect(lines[1]).not.toContain(mark)
        expect(lines[1]).not.toMatch(/[<>`]/)
        expect(lines[2]).toBe(`${mark} EV-1 evidence>>>`)
      }),
    )
  })

  it('has another mark for other content, so that nobody can know it beforehand', () => {
    const markOf = (text: string) => fenceUntrusted([{ kind: 'evidence', id: 'EV-1', text }]).split(' ')[2]

    expect(markOf('a')).not.toBe(markOf('b'))
  })
})
