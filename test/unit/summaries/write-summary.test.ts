import { describe, expect, it } from '@jest/globals'
import { AT, EVIDENCE, piece } from './make-evidence.ts'
import { writeSummary } from '../../../src/summaries/write-summary.ts'
import type { SummaryFacts } from '../../../src/summaries/write-summary.ts'

const FACTS: SummaryFacts = {
  service: 'checkout',
  environment: 'production',
  symptom: '5xx at 8.4 % of requests',
  onsetAt: AT,
  quietSince: null,
  alerts: { total: 4, distinct: 3, firing: 2 },
  alertNames: ['HighErrorRate', 'HighLatency'],
  dependents: ['frontend', 'mobile'],
  suspects: [
    {
      changeId: 'CHG-7',
      service: 'checkout',
      kind: 'deploy',
      at: new Date('2026-11-20T13:57:00.000Z'),
      revision: '7f3c21ad0e5b9c1f2a3b4c5d6e7f8091a2b3c4d5',
      probability: 0.94,
      reasons: [],
    },
  ],
  unknownCause: null,
  unreachable: [],
  activity: { text: 'PRO-3, "Roll back", is proposed and waits for approval.', evidence: ['PRO-3'] },
  evidence: EVIDENCE,
}
const textOf = (facts: Partial<SummaryFacts>) => writeSummary({ ...FACTS, ...facts }).map((sentence) => sentence.text)

describe('the facts summary', () => {
  it('says what, where, since when, how bad, whom it touches, what changed and what is being done', () => {
    expect(writeSummary(FACTS)).toEqual([
      { text: 'checkout in production: 5xx at 8.4 % of requests, since 14:02 UTC.', evidence: ['EV-1'] },
      { text: '2 of 3 alerts fire (HighErrorRate and HighLatency).', evidence: ['EV-1'] },
      { text: 'What HighErrorRate measures is 0.084 at 14:06 UTC; before 14:02 UTC it was 0.002.', evidence: ['EV-2'] },
      { text: 'frontend and mobile depend on checkout.', evidence: ['EV-5'] },
      { text: 'Likely cause (94 %): the deploy of checkout to 7f3c21a at 13:57 UTC.', evidence: ['EV-3'] },
      { text: 'PRO-3, "Roll back", is proposed and waits for approval.', evidence: ['PRO-3'] },
    ])
  })

  it('tells what the alert goes by, whatever else was measured before', () => {
    const measured = 'What HighErrorRate measures is 0.084 at 14:06 UTC; before 14:02 UTC it was 0.002.'
    const data = { service: 'checkout', signal: 'rate' }
    const rate = piece('EV-0', 'metric', 'rate of checkout is 63 req/s at 14:06 UTC', { data })
    const own = EVIDENCE.map((one) => (one.kind === 'metric' ? { ...one, data: { alert: 'HighErrorRate' } } : one))

    expect(textOf({ evidence: [rate, ...own] })).toContain(measured)
    expect(textOf({ evidence: [rate] })).toContain('rate of checkout is 63 req/s at 14:06 UTC.')
  })

  it('stands at once, before any evidence is collected', () => {
    const sentences = textOf({ evidence: [], suspects: [], activity: null })

    expect(sentences[0]).toBe('checkout in production: 5xx at 8.4 % of requests, since 14:02 UTC.')
    expect(sentences).toHaveLength(3)
  })

  it('says why no cause is named', () => {
    expect(textOf({ suspects: [], unknownCause: 'No change within 2 h before the symptom began.' })).toContain(
      'The cause is unknown: no change within 2 h before the symptom began.',
    )
  })

  it('names what could not be asked', () => {
    expect(textOf({ unreachable: ['Argo CD', 'Prometheus'] })).toContain(
      'Argo CD and Prometheus could not be asked, so something may be missing.',
    )
  })

  it('says when it is quiet', () => {
    const quiet = { alerts: { total: 4, distinct: 3, firing: 0 }, quietSince: new Date('2026-11-20T14:20:00Z') }

    expect(textOf(quiet)).toContain('None of its 3 alerts fires any more, quiet since 14:20 UTC.')
  })

  it('stays short in a storm', () => {
    const names = Array.from({ length: 50 }, (_, index) => `Alert${String(index)}`)
    const storm = { alerts: { total: 900, distinct: 50, firing: 50 }, alertNames: names, dependents: names }

    expect(textOf(storm)[1]).toBe('50 alerts fire (Alert0, Alert1, Alert2 and 47 more).')
    expect(textOf(storm)[3]).toBe('Alert0, Alert1, Alert2 and 47 more depend on checkout.')
  })

  it('needs no service', () => {
    expect(textOf({ service: null, alerts: { total: 0, distinct: 0, firing: 0 } })[0]).toBe(
      '5xx at 8.4 % of requests, since 14:02 UTC.',
    )
  })
})
