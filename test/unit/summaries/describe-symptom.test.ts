import { describe, expect, it } from '@jest/globals'
import { alertOn, CATALOG } from '../changes/make-incident.ts'
import { describeImpact } from '../../../src/summaries/describe-impact.ts'
import { describeSymptom } from '../../../src/summaries/describe-symptom.ts'

describe('the symptom', () => {
  it('is what the most severe alert that fires says of itself', () => {
    const mild = { ...alertOn('checkout', { summary: 'slow' }), severity: 'SEV3' as const }
    const worst = { ...alertOn('checkout', { summary: '5xx 8.4 %.' }), severity: 'SEV1' as const }
    const over = { ...alertOn('checkout', { summary: 'down' }), severity: 'SEV1' as const, status: 'resolved' as const }

    expect(describeSymptom([mild, over, worst], 'title')).toBe('5xx 8.4 %')
  })

  it('is the name of an alert that says nothing, and the title where there is no alert', () => {
    expect(describeSymptom([alertOn('checkout')], 'title')).toBe('HighErrorRate')
    expect(describeSymptom([], 'Checkout is slow')).toBe('Checkout is slow')
  })

  it('is one visible line, not endless', () => {
    const summary = `first\nsecond\u202E ${'x'.repeat(500)}`

    const symptom = describeSymptom([alertOn('checkout', { summary })], 'title')

    expect(symptom).toMatch(/^first second x+… \(truncated\)$/)
    expect(symptom.length).toBeLessThanOrEqual(140)
  })
})

describe('the impact', () => {
  it('names who depends on the service and how critical it is', () => {
    expect(describeImpact(CATALOG, 'ledger')).toEqual([
      '3 services depend on ledger: payments, checkout and frontend',
      'Criticality 2 of 4, 1 the most critical',
    ])
  })

  it('says what is not known', () => {
    expect(describeImpact(CATALOG, 'elsewhere')).toEqual([
      'elsewhere is not in the catalog, so what depends on it is not known',
    ])
    expect(describeImpact(CATALOG, null)).toEqual(['No service is named, so the impact is not known'])
  })
})
