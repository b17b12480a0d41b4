import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CHANGE_KINDS } from '../../../src/domain/change-event.ts'
import { alertOn, catalogOf, change, input, minutesBefore } from './make-incident.ts'
import { scoreSuspects } from '../../../src/changes/score-suspects.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'

const BASE_RATE = -1.5
const anyChange = fc
  .record({
    kind: fc.constantFrom(...CHANGE_KINDS),
    service: fc.constantFrom('frontend', 'checkout', 'payments', 'ledger', 'goods', 'reports', 'elsewhere'),
    minutes: fc.double({ min: 0, max: 119, noNaN: true }),
    outcome: fc.constantFrom<ChangeEvent['outcome']>('running', 'succeeded', 'failed', 'rolled_back', null),
    environment: fc.constantFrom('production', 'staging', null),
  })
  .map(({ minutes, ...part }) => change({ ...part, at: minutesBefore(minutes) }))

const only = (subject: ChangeEvent) => scoreSuspects(input({ changes: [subject] })).considered[0]?.probability ?? 0

describe('for any changes', () => {
  it('the probabilities are between 0 and 1, sum to less than one, and come in order', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
        const found = scoreSuspects(input({ changes })).considered.map((suspect) => suspect.probability)

        expect(found.every((probability) => probability > 0 && probability < 1)).toBe(true)
        expect(found.reduce((sum, probability) => sum + probability, 0)).toBeLessThan(1)
        expect(found).toEqual(found.toSorted((left, right) => right - left))
      }),
    )
  })

  it('the written reasons explain the probability exactly', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 8 }), (changes) => {
        for (const suspect of scoreSuspects(input({ changes })).considered) {
          const logOdds = suspect.reasons.reduce((sum, reason) => sum + reason.weight, BASE_RATE)
          expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(suspect.probability, 9)
        }
      }),
    )
  })

  it('the order in which they are given does not matter', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 6 }), (changes) => {
        const there = scoreSuspects(input({ changes })).considered.map((suspect) => suspect.changeId)
        const back = scoreSuspects(input({ changes: changes.toReversed() })).considered

        expect(back.map((suspect) => suspect.changeId)).toEqual(there)
      }),
    )
  })

  it('it names a cause or says why not, never both and never neither', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 6 }), (changes) => {
        const { suspects, unknownCause } = scoreSuspects(input({ changes }))

        expect(suspects.length === 0).toBe(unknownCause !== null)
      }),
    )
  })
})

describe('a suspicion', () => {
  it('never grows with the time between change and symptom', () => {
    const minutes = fc.double({ min: 0, max: 119, noNaN: true })
    fc.assert(
      fc.property(anyChange, minutes, minutes, (subject, one, other) => {
        const sooner = only({ ...subject, at: minutesBefore(Math.min(one, other)) })
        const later = only({ ...subject, at: minutesBefore(Math.max(one, other)) })

        expect(sooner).toBeGreaterThanOrEqual(later)
      }),
    )
  })

  it('never grows with the distance along the dependencies', () => {
    const names = Array.from({ length: 9 }, (_, index) => `s${String(index)}`)
    const chain = catalogOf(
      Object.fromEntries(names.map((name, index) => [name, index < 8 ? [`s${String(index + 1)}`] : []])),
    )
    const at = (hops: number, subject: ChangeEvent) =>
      scoreSuspects({
        ...input({ changes: [{ ...subject, service: `s${String(hops)}` }], alerts: [alertOn('s0')] }),
        catalog: chain,
      }).considered[0]?.probability ?? 0
    const hops = fc.integer({ min: 0, max: 8 })

    fc.assert(
      fc.property(anyChange, hops, hops, (subject, one, other) => {
        expect(at(Math.min(one, other), subject)).toBeGreaterThanOrEqual(at(Math.max(one, other), subject))
      }),
    )
  })

  it('never grows because another change is there', () => {
    fc.assert(
      fc.property(anyChange, anyChange, (subject, rival) => {
        const together = scoreSuspects(input({ changes: [subject, rival] })).considered
        const probability = together.find((suspect) => suspect.changeId === subject.id)?.probability ?? 0

        expect(probability).toBeLessThan(only(subject))
      }),
    )
  })

  it('of a dependant or an unrelated service alone is never enough, whatever else there is', () => {
    const outside = fc.constantFrom('frontend', 'goods', 'reports', 'elsewhere')
    fc.assert(
      fc.property(anyChange, outside, (subject, service) => {
        expect(scoreSuspects(input({ changes: [{ ...subject, service }] })).suspects).toEqual([])
      }),
    )
  })
})
