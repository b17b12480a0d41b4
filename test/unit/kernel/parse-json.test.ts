import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseJson, UnreadableJsonError } from '../../../src/kernel/parse-json.ts'

const parse = (text: string) => parseJson(Buffer.from(text))

function reasonOf(work: () => unknown): string {
  try {
    work()
    return 'read'
  } catch (error) {
    return error instanceof UnreadableJsonError ? error.reason : String(error)
  }
}

function messageOf(work: () => unknown): string {
  try {
    work()
    return 'nothing was thrown'
  } catch (error) {
    return (error as Error).message
  }
}

describe('JSON from outside', () => {
  it.each([
    // What every sender writes.
    ['an object', '{"a":[1,true,null,"x"]}', { a: [1, true, null, 'x'] }],
    // RFC 8259 leaves duplicate names open; the last counts, as in Go, Python and JavaScript.
    ['the last of duplicate names', '{"a":1,"a":2}', { a: 2 }],
    // JSON.parse would make it Infinity, which no column and no canonical form takes.
    ['a number beyond a double as its digits', '[1e400,-1e400]', ['1e400', '-1e400']],
    // JSON.parse would make two different ids equal.
    ['twenty digits exactly', '[12345678901234567890,1]', ['12345678901234567890', 1]],
    // Ordinary numbers stay numbers, also in a text that holds a long one.
    ['small numbers beside long ones', '{"a":0.5,"b":12345678901234567890}', { a: 0.5, b: '12345678901234567890' }],
    // A zero byte and half a character are data, not mistakes.
    ['U+0000 and a lone surrogate', '"\\u0000\\ud800"', '\0\ud800'],
    // Some senders begin with a byte order mark.
    ['text behind a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
  ])('reads %s', (_name, text, value) => {
    expect(parse(text)).toEqual(value)
  })

  it.each([
    ['too_large', Buffer.alloc(1_048_577, 0x20)],
    ['too_deep', Buffer.from('['.repeat(65) + ']'.repeat(65))],
    ['too_deep', Buffer.from('['.repeat(1_000_000))],
    ['too_many_values', Buffer.from(`[${'{},'.repeat(340_000)}{}]`)],
    ['not_utf8', Buffer.from([0x22, 0xff, 0x22])],
    // A surrogate written as bytes is not UTF-8, whatever it stands for.
    ['not_utf8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['not_json', Buffer.from('')],
    ['not_json', Buffer.from('{"a":')],
    ['not_json', Buffer.from("{'a':1}")],
    ['not_json', Buffer.from('{"a":NaN}')],
  ])('refuses what is %s', (reason, bytes) => {
    expect(reasonOf(() => parseJson(bytes))).toBe(reason)
  })

  it('reads 64 levels', () => {
    expect(reasonOf(() => parse('['.repeat(64) + ']'.repeat(64)))).toBe('read')
  })

  it('does not count brackets and commas inside strings', () => {
    expect(parse(JSON.stringify(['['.repeat(100), ','.repeat(100_000), '\\"[']))).toHaveLength(3)
  })

  it('does not quote the body in its message, which may hold a secret', () => {
    expect(messageOf(() => parse('{"token":hunter2-hunter2}'))).toMatch(/^The body is not JSON: (?!.*hunter2)/)
  })

  it('drops names that reach a prototype, at every depth', () => {
    const value = parse('{"__proto__":{"x":1},"a":[{"constructor":{"prototype":{"y":1}},"b":1}],"\\u005f_proto__":2}')

    expect(JSON.stringify(value)).toBe('{"a":[{"b":1}]}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('never changes Object.prototype, whatever the object', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a', 'polluted')
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.string(),
        fc.integer(),
        fc.array(tie('tree')),
        fc.dictionary(names, tie('tree')),
      ),
    }))
    const before = Object.getOwnPropertyNames(Object.prototype).sort()

    fc.assert(
      fc.property(tree, (value) => {
        const copy = Object.assign({}, parse(`{"a":${JSON.stringify(value)},"__proto__":${JSON.stringify(value)}}`))
        return Object.getPrototypeOf(copy) === Object.prototype
      }),
      { numRuns: 500 },
    )

    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('reads every JSON that JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value)
        const cleaned = JSON.parse(text, (name, item: unknown) =>
          ['__proto__', 'constructor', 'prototype'].includes(name) ? undefined : item,
        ) as unknown
        const isExact = !/\d{16}|[\d.]e/.test(text)
        return !isExact || JSON.stringify(parse(text)) === JSON.stringify(cleaned)
      }),
      { numRuns: 500 },
    )
  })
})
