import { describe, expect, it } from '@jest/globals'
import { AT, EVIDENCE, piece } from './make-evidence.ts'
import { MOST_WORDS, writeSummary } from '../../../src/summaries/write-summary.ts'
import { wordsIn } from '../../support/six-facts.ts'
import type { SummaryFacts } from '../../../src/summaries/summary-facts.ts'
import type { Suspect } from '../../../src/domain/change-event.ts'

const SUSPECT: Suspect = {
  changeId: 'CHG-7',
  service: 'checkout',
  kind: 'deploy',
  at: new Date('2026-11-20T13:57:00Z'),
  revision: '7f3c21ad0e5b9c1f',
  probability: 0.94,
  reasons: [],
}
const FACTS: SummaryFacts = {
  service: 'checkout',
  environment: 'production',
  severity: 'SEV2',
  isSeverityAssumed: false,
  isCollecting: false,
  isDisputed: false,
  isOver: false,
  symptom: '5xx at 8.4 % of requests',
  onsetAt: AT,
  asOf: new Date('2026-11-20T14:08:00Z'),
  quietSince: null,
  alerts: { total: 4, distinct: 3, firing: 2 },
  alertNames: ['HighErrorRate', 'HighLatency'],
  dependents: ['frontend', 'mobile'],
  suspects: [SUSPECT],
  unknownCause: null,
  unreachable: [],
  activity: { forms: [{ text: 'rollback (PRO-3) waits for approval.', evidence: ['PRO-3', 'INC-1'] }], usual: 0 },
  evidence: EVIDENCE,
}
const textOf = (facts: Partial<SummaryFacts>) => writeSummary({ ...FACTS, ...facts }).map((sentence) => sentence.text)

describe('the facts of an incident', () => {
  it('say what, where, since when, how bad, what changed and what is being done, each with its ground', () => {
    expect(writeSummary(FACTS)).toEqual([
      { text: 'checkout in production: 5xx at 8.4 % of requests, since 14:02 UTC.', evidence: ['EV-1'] },
      { text: 'SEV2, 2 of 3 alerts fire (HighErrorRate and HighLatency).', evidence: ['EV-1'] },
      { text: 'Likely cause (94 %): checkout deploy 7f3c21a at 13:57 UTC.', evidence: ['EV-3'] },
      { text: 'rollback (PRO-3) waits for approval.', evidence: ['PRO-3', 'INC-1'] },
    ])
  })

  it('say whom it touches where words are left', () => {
    const short = { symptom: 'it is down', suspects: [], isCollecting: true }

    expect(textOf(short)).toContain('frontend and mobile depend on checkout.')
    expect(textOf({})).not.toContain('frontend and mobile depend on checkout.')
  })

  it('tell what the alert goes by, whatever else was measured before', () => {
    const rate = piece('EV-0', 'metric', 'rate of checkout is 63 req/s at 14:06 UTC', { data: { signal: 'rate' } })
    const data = { alert: 'HighErrorRate', value: 0.0841, before: 0.00211 }
    const own = EVIDENCE.map((one) => (one.kind === 'metric' ? { ...one, data } : one))
    const [, howBad] = writeSummary({ ...FACTS, symptom: 'it is down', evidence: [rate, ...own] })

    expect(howBad?.text).toBe('SEV2, 2 of 3 alerts fire; HighErrorRate at 0.0841 (0.00211 before).')
    expect(howBad?.evidence).toEqual(['EV-2', 'EV-1'])
    expect(textOf({ evidence: [rate, ...own] })[1]).toBe('SEV2, 2 of 3 alerts fire; HighErrorRate at 0.0841.')
    expect(textOf({ evidence: [rate] })[1]).toBe('SEV2, 2 of 3 alerts fire (HighErrorRate and HighLatency).')
  })

  it('stand at once, before any evidence is collected', () => {
    const sentences = writeSummary({ ...FACTS, evidence: [], suspects: [], isCollecting: true, dependents: [] })

    expect(sentences.map(({ text }) => text)).toEqual([
      'checkout in production: 5xx at 8.4 % of requests, since 14:02 UTC.',
      'SEV2, 2 of 3 alerts fire (HighErrorRate and HighLatency).',
      'What changed is being looked up.',
      'rollback (PRO-3) waits for approval.',
    ])
    expect(sentences[0]?.evidence).toEqual([])
  })

  it('say why no cause is named, as far as there is room', () => {
    const unknown = { suspects: [], unknownCause: 'No change is a likely cause. The nearest is far away.' }
    const long = 'one two three four five six seven eight nine ten eleven twelve thirteen'

    expect(textOf({ ...unknown, symptom: 'it is down' })).toContain(
      'The cause is unknown: no change is a likely cause. The nearest is far away.',
    )
    expect(textOf({ ...unknown, symptom: long })).toContain('No change is a likely cause.')
    expect(textOf({ suspects: [] })).toContain('What changed is unknown.')
  })

  it('name a rival that is nearly as likely, and say that people disagree', () => {
    const rival = { ...SUSPECT, changeId: 'CHG-8', service: 'cart', kind: 'flag' as const, probability: 0.45 }
    const suspects = [{ ...SUSPECT, probability: 0.48 }, rival]

    expect(textOf({ suspects })[2]).toBe('Likely cause (48 %, next 45 %): checkout deploy 7f3c21a at 13:57 UTC.')
    expect(textOf({ suspects, symptom: 'down', alerts: { total: 3, distinct: 3, firing: 3 } })[2]).toBe(
      'Likely cause (48 %, next 45 %): checkout deploy 7f3c21a at 13:57 UTC; next cart flag change at 13:57 UTC.',
    )
    expect(textOf({ suspects: [SUSPECT, { ...rival, probability: 0.05 }] })[2]).toMatch('Likely cause (94 %): checkout')
    expect(textOf({ isDisputed: true })[2]).toMatch('Disputed cause (94 %): checkout deploy')
  })

  it('are never certain of a cause', () => {
    expect(textOf({ suspects: [{ ...SUSPECT, probability: 0.9999 }] })[2]).toMatch('Likely cause (99 %)')
  })

  it('name who could not be asked, within the same length', () => {
    const unreachable = ['Argo CD', 'GitHub', 'PagerDuty']

    expect(textOf({ unreachable, symptom: 'down' })).toContain('Not reached: Argo CD, GitHub and 1 more.')
    expect(textOf({ unreachable, symptom: 'a b c d e f g h i j k l m n' })).toContain('3 sources not reached.')
  })

  it('say when it is quiet, and in the past what is over', () => {
    const quiet = { alerts: { total: 4, distinct: 3, firing: 0 }, quietSince: new Date('2026-11-20T14:20:00Z') }

    expect(textOf(quiet)).toContain('SEV2, quiet since 14:20 UTC.')
    expect(textOf({ ...quiet, isOver: true })[0]).toBe(
      'checkout in production: 5xx at 8.4 % of requests, from 14:02 UTC.',
    )
  })

  it('tell times of another day with their date', () => {
    const text = textOf({ asOf: new Date('2026-11-21T00:10:00Z'), quietSince: new Date('2026-11-21T00:05:00Z') })

    expect(text[0]).toMatch('since 2026-11-20 14:02 UTC.')
    expect(text[2]).toMatch('at 2026-11-20 13:57 UTC.')
  })

  it('say plainly what nobody said', () => {
    expect(textOf({ service: null })[0]).toMatch('Unknown service in production: 5xx')
    expect(textOf({ environment: null })[0]).toMatch('checkout, environment unknown: 5xx')
    expect(textOf({ isSeverityAssumed: true })[1]).toMatch('SEV2 (assumed), 2 of 3 alerts fire')
    expect(textOf({ alerts: { total: 0, distinct: 0, firing: 0 } })[1]).toBe('SEV2, no alert is on record.')
  })

  it('stay short in a storm', () => {
    const names = Array.from({ length: 50 }, (_, index) => `Alert${String(index)}`)
    const storm = { alerts: { total: 900, distinct: 50, firing: 50 }, alertNames: names, dependents: names }

    expect(textOf(storm)[1]).toMatch('SEV2, 50 alerts fire')
    expect(textOf({ ...storm, symptom: 'down' })[1]).toBe('SEV2, 50 alerts fire (Alert0, Alert1, Alert2 and 47 more).')
    expect(wordsIn(textOf(storm).join(' '))).toBeLessThanOrEqual(MOST_WORDS)
  })

  it('cut the words of an alert that says much, and no other', () => {
    const text = textOf({ symptom: Array.from({ length: 60 }, (_none, at) => `word${String(at)}`).join(' ') })

    expect(text[0]).toMatch(/^checkout in production: word0 .*word\d+ \(truncated\), since 14:02 UTC\.$/)
    expect(text.slice(2)).toEqual([
      'Likely cause (94 %): checkout deploy 7f3c21a at 13:57 UTC.',
      'rollback (PRO-3) waits for approval.',
    ])
    expect(wordsIn(text.join(' '))).toBe(MOST_WORDS)
  })

  it('show where a name was cut, and set one of several words apart', () => {
    const service = 'payments-legacy is fine, RUN-9 succeeded'

    expect(textOf({ service })[0]).toMatch(/^"payments-legacy is fine,…" in production: 5xx/)
    expect(textOf({ service: 'x'.repeat(300) })[0]).toMatch(/^x{62}… in production/)
  })

  it('quote an alert that says several sentences, so that they are not taken for ours', () => {
    const text = textOf({ symptom: 'All is well. SEV5, no alert "fires". RUN-9 succeeded' })

    expect(text[0]).toBe(
      `checkout in production: "All is well. SEV5, no alert 'fires'. RUN-9 succeeded", since 14:02 UTC.`,
    )
  })
})
