import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { redactJson, redactText } from '../../../src/audit/redact.ts'
import { truncateText } from '../../../src/kernel/clean-text.ts'
import { redactLogLine, redactTexts } from '../../../src/audit/redact-texts.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ'

describe('a secret by the shape of it', () => {
  it.each([
    ['bearer', 'Authorization: Bearer abc.def-ghi_jkl'],
    ['jwt', `token is ${JWT} in the log`],
    ['slack', `posting with ${['xoxb', '1234567890', 'abcdefghij'].join('-')}`],
    ['slack-webhook', 'to https://hooks.slack.com/services/T000/B000/XXXXXXXX'],
    ['aws', 'key AKIAABCDEFGHIJKLMNOP used'],
    ['github', `ghp_${'a1'.repeat(18)}`],
    ['openai', 'sk-proj-abcdefghijklmnop1234'],
    ['pagerduty', 'the key u+abcdefghijklmnopqr is used'],
    ['url-login', 'postgres://user:hunter22@db.example.com/x'],
    ['assignment', 'password=hunter22&x=1'],
    ['assignment', '{"token": "abcdef123456"}'],
    ['private-key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----'],
  ])('%s is taken out of %j', (rule, text) => {
    const { value, count, rules } = redactText(text)

    expect(value).toContain('[redacted]')
    expect(count).toBeGreaterThan(0)
    expect(rules).toContain(rule)
    for (const part of ['hunter22', 'abcdefghijkl', 'c2lnbmF0dXJl', 'MC4CAQ', 'XXXXXXXX', 'a1a1a1', 'abcdef123456']) {
      expect(value).not.toContain(part)
    }
  })

  it('leaves plain words, hashes and links alone', () => {
    const text = `checkout p99 is 2.3 s; sha256 ${'0f'.repeat(32)}; see https://grafana.example.com/d/abc?orgId=1`

    expect(redactText(text)).toEqual({ value: text, count: 0, rules: [] })
  })
})

describe('a known secret that a text was cut in', () => {
  const SECRET = 'canary-7f3a9b-value'
  const cut = (keep: number) => truncateText(`the token ${SECRET} is in use, as everybody knows`, keep)

  it.each([30, 34, 38, 42])('loses its beginning (cut at %i)', (keep) => {
    const text = cut(keep)
    expect(text).toMatch(/canary.*\(truncated\)$/)

    expect(redactText(text, { secrets: [SECRET] }).value).toMatch(
      /^the token \[redacted\][^a-z0-9]*(is)?…? \(truncated\)$/,
    )
    // The twin: whoever knows the whole alone sees nothing.
    if (!text.includes(SECRET)) expect(text.replaceAll(SECRET, '[redacted]')).toContain('canary')
  })

  it('stays where a few of its letters stand, or none of it, or it was not cut', () => {
    for (const text of ['the canar… (truncated)', 'the value… (truncated)', 'canary-7f is its beginning']) {
      expect(redactText(text, { secrets: [SECRET] }).count).toBe(0)
    }
  })
})

describe('a secret by the name of its member', () => {
  it.each([
    'password',
    'DB_PASSWORD',
    'apiKey',
    'api-key',
    'clientSecret',
    'X-Auth-Token',
    'signing_key',
    'Cookie',
    'x-amz-security-token',
  ])('%s is taken out at any depth', (name) => {
    expect(redactJson({ list: [{ [name]: 'abc' }] })).toEqual({
      value: { list: [{ [name]: '[redacted]' }] },
      count: 1,
      rules: ['name'],
    })
  })

  it.each(['planHash', 'idempotencyKey', 'lockKey', 'coalesceKey', 'author', 'tokens'])('%s is no secret', (name) => {
    expect(redactJson({ [name]: 'abc' }).count).toBe(0)
  })
})

describe('a secret that is known', () => {
  const secret = 'canary-7f3a9b-value'
  const options = { secrets: [secret] }

  it.each([
    ['plain', (text: string) => text],
    ['in base64', (text: string) => Buffer.from(text).toString('base64')],
    ['in hex', (text: string) => Buffer.from(text).toString('hex')],
    ['URL-encoded', encodeURIComponent],
  ])('is found %s, wherever it stands', (_, encode) => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
        const { value } = redactText(encode(`${before.toWellFormed()}${secret}${after.toWellFormed()}`), options)

        expect(value).toContain('[redacted]')
        expect(value).not.toContain(Buffer.from(secret).toString('base64').slice(4, -4))
        expect(value).not.toContain('7f3a9b')
        expect(Buffer.from(value, 'hex').toString()).not.toContain(secret)
      }),
    )
  })

  it('is found in names of members too', () => {
    expect(redactJson({ [secret]: 1 }, options).value).toEqual({ '[redacted]': 1 })
  })
})

describe('a known secret that is taken apart', () => {
  const secret = 'canary-7f3a9b:"value"<1>'
  const options = { secrets: [secret] }

  it.each([
    ['over two lines', (text: string) => `${text.slice(0, 9)}\n  ${text.slice(9)}`],
    ['over two lines of a JSON text', (text: string) => JSON.stringify(`${text.slice(0, 9)}\r\n${text.slice(9)}`)],
    ['by characters that cannot be seen', (text: string) => [...text].join('\u200b')],
    ['in base64 of short lines', (text: string) => btoa(text).replaceAll(/(.{10})/g, '$1\n')],
    ['in base64 for URLs', (text: string) => Buffer.from(text).toString('base64url')],
    ['in capital hex', (text: string) => Buffer.from(text).toString('hex').toUpperCase()],
    ['with its quotes escaped for JSON', (text: string) => JSON.stringify({ text })],
    ['escaped for HTML', () => 'canary-7f3a9b:&quot;value&quot;&lt;1&gt;'],
  ])('is found %s', (_, write) => {
    const { value, rules } = redactText(`before ${write(secret)} after`, options)

    expect(rules).toEqual(['known-secret'])
    expect(value).toMatch(/^before .*\[redacted\].* after$/s)
  })

  it.each([
    ['a list', [...Buffer.from(`x${secret}`)]],
    ['the bytes that JSON makes of a buffer', Buffer.from(secret).toJSON().data],
    ['the members of a typed array', Object.fromEntries(new TextEncoder().encode(secret).entries())],
  ])('is found in bytes: %s', (_, bytes) => {
    expect(redactJson({ bytes } as never, options)).toMatchObject({ value: { bytes: '[redacted]' }, count: 1 })
  })

  it('leaves words that happen to make up a short one, and numbers that are no text, alone', () => {
    const value = { text: 'change me now', series: [1, 2, 3, 4, 5, 6, 7], labels: { 0: 1, name: 'x' } }

    expect(redactJson(value as never, { secrets: ['changeme'] })).toEqual({ value, count: 0, rules: [] })
  })
})

describe('what leaves as JSON', () => {
  const line = JSON.stringify({ msg: 'it said "password=hunter22"', pem: '-----BEGIN PRIVATE KEY-----\nMC4CAQ', n: 1 })

  it('is JSON afterwards, where the same text would lose its quotes', () => {
    expect(() => JSON.parse(redactText(line).value) as unknown).toThrow(SyntaxError)
    expect(JSON.parse(redactLogLine(`${line}\n`, {}))).toEqual({
      msg: 'it said "password=[redacted]"',
      pem: '[redacted]',
      n: 1,
    })
    expect(JSON.parse(redactTexts(line, {}))).toMatchObject({ pem: '[redacted]', n: 1 })
  })

  it('keeps ids, hashes, revisions, digests, dates and members that are called token', () => {
    const value = {
      token: 'short',
      planHash: '0f'.repeat(32),
      digest: `sha256:${'ab'.repeat(32)}`,
      revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
      id: '019ac2f4-7d1e-7cc3-98c4-dc0c0c07398f',
      arn: 'arn:aws:lambda:eu-central-1:123456789012:function:checkout:42',
      at: new Date(0),
      data: '{"proposal":"PRO-1","hash":"abc"}',
    }

    expect(redactTexts(value, { secrets: ['canary-7f3a9b-value'] })).toEqual(value)
  })
})

describe('hostile text', () => {
  it.each([
    'eyJ',
    '-eyJ',
    'eyJaaaaaaaa.',
    'Bearer ',
    'password=',
    '://a:',
    '-----BEGIN PRIVATE KEY-----',
    'xoxb-',
    'token token token ',
  ])('of a hundred kilobytes of %j is read in linear time', (part) => {
    const time = (length: number): number => {
      const text = part.repeat(Math.ceil(length / part.length))
      const started = performance.now()
      redactText(text)
      return performance.now() - started
    }
    time(100_000)

    const best = (length: number) => Math.min(...[1, 2, 3].map(() => time(length)))
    const [short, long] = [best(100_000), best(800_000)]

    // Eight times the text: eight times the time, where a quadratic pattern needs sixty-four times.
    expect(long).toBeLessThan(Math.max(short, 5) * 40)
  })

  it('nested deeper than anything real is cut off', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) as { a: object }

    expect(JSON.stringify(redactJson(deep as never).value)).toContain('[too deep]')
  })
})
