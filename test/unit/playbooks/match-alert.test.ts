import { describe, expect, it } from '@jest/globals'
import { matchesAlert, writeMatcher } from '../../../src/playbooks/match-alert.ts'
import { parseMatcher } from '../../../src/playbooks/parse-matcher.ts'

const matches = (text: string, labels: Record<string, string>) => {
  const parsed = parseMatcher(text)
  if (!parsed.ok) throw new Error(parsed.expected)
  return matchesAlert(parsed.matcher, labels)
}

describe('a matcher', () => {
  it.each([
    ['severity="critical"', { severity: 'critical' }, true],
    ['severity=critical', { severity: 'critical' }, true],
    ['severity = "critical"', { severity: 'critical' }, true],
    ['severity="critical"', { severity: 'critica' }, false],
    ['severity!="critical"', { severity: 'warning' }, true],
    // An absent label has the empty value, as in Prometheus.
    ['team!="a"', {}, true],
    ['team=""', {}, true],
    ['team=~".+"', {}, false],
    // Patterns are anchored at both ends.
    ['alertname=~"High"', { alertname: 'HighErrorRate' }, false],
    ['alertname=~"High.*"', { alertname: 'HighErrorRate' }, true],
    ['alertname=~"A|B"', { alertname: 'AB' }, false],
    ['alertname!~"High.*"', { alertname: 'HighErrorRate' }, false],
    ['instance=~"10\\.0\\.0\\.\\d+"', { instance: '10.0.0.7' }, true],
    ['instance=~"10\\.0\\.0\\.\\d+"', { instance: '10x0.0.7' }, false],
    ['text="say \\"hi\\""', { text: 'say "hi"' }, true],
    // Names of Object.prototype are no labels.
    ['toString=~".+"', {}, false],
    ['__proto__=""', {}, true],
  ] as const)('%s on %j', (text, labels, expected) => {
    expect(matches(text, labels)).toBe(expected)
  })

  it.each([
    '',
    'severity',
    '="x"',
    'severity=="x"',
    'a="b',
    'a=b c',
    'a="b",c="d"',
    'a-b="c"',
    'a=~"("',
    'a=~"(?!x)"',
    'a=~"(a)\\\\1"',
  ])('cannot be %j', (text) => {
    expect(parseMatcher(text).ok).toBe(false)
  })

  it('is written as it is read', () => {
    const parsed = parseMatcher('alertname=~"a\\"b"')
    expect(parsed.ok && writeMatcher(parsed.matcher)).toBe('alertname=~"a\\"b"')
  })

  it('answers in time for text that would stall a backtracking engine', () => {
    const parsed = parseMatcher('text=~"(\\w+\\s?)*"')
    if (!parsed.ok) throw new Error(parsed.expected)
    expect(matchesAlert(parsed.matcher, { text: `${'a'.repeat(100_000)}!` })).toBe(false)
  })
})
