import { describe, expect, it } from '@jest/globals'
import { redactAnswers } from '../../../src/app/redact-answers.ts'

const SECRET = 'canary-7f3a9b-value'
const redact = redactAnswers([SECRET])

describe('an answer over HTTP', () => {
  it.each([
    ...['application/json; charset=utf-8', 'application/problem+json', 'text/html; charset=utf-8', 'text/plain'],
    ...['image/svg+xml; charset=utf-8', 'text/markdown', 'text/csv'],
  ])('of type %s holds no known secret', (contentType) => {
    expect(redact(`{"said":"${SECRET}"}`, contentType)).toBe('{"said":"[redacted]"}')
    expect(redactAnswers([])(`{"said":"${SECRET}"}`, contentType)).toContain(SECRET)
  })

  it('keeps the markup of a page, and loses what looks like a secret between its tags', () => {
    const page =
      '<label>Token:</label><input name="token" value="sk-0123456789abcdef0123"><p>password=hunter22 &amp; x</p>'

    expect(redact(page, 'text/html')).toBe(page.replace('hunter22', '[redacted]'))
  })

  it('loses what looks like a secret where an attribute is for people', () => {
    for (const name of ['alt', 'aria-label', 'title', 'placeholder']) {
      expect(redact(`<img ${name}="with sk-0123456789abcdef0123 in it" />`, 'text/html')).toBe(
        `<img ${name}="with [redacted] in it" />`,
      )
    }
  })

  it('is no static file', () => {
    expect(redact('const token = "abcdefgh"', 'text/javascript')).toBe('const token = "abcdefgh"')
  })
})
