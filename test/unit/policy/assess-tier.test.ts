import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { assessTier, isNovel, reversibilityOf } from '../../../src/policy/assess-tier.ts'
import { isProduction } from '../../../src/policy/is-production.ts'
import type { Criticality } from '../../../src/domain/service-catalog.ts'
import type { TierFacts } from '../../../src/policy/assess-tier.ts'

const services = (...criticalities: Criticality[]) =>
  criticalities.map((criticality, index) => ({ name: `s${String(index)}`, criticality }))

function tierOf(facts: Partial<TierFacts>): number {
  return assessTier({
    reversibility: 'reversible',
    blastRadius: 'service',
    disturbed: services(3),
    unknown: [],
    environment: 'production',
    isNovel: false,
    ...facts,
  }).tier
}

describe('the tier of a plan', () => {
  it.each([
    // The base, row by row of the contract.
    ['reversible, one service of criticality 4', { disturbed: services(4) }, 1],
    ['reversible, one service of criticality 3', { disturbed: services(3) }, 1],
    ['reversible, one service of criticality 2', { disturbed: services(2) }, 2],
    ['reversible, one service of criticality 1', { disturbed: services(1) }, 2],
    ['reversible, two services', { disturbed: services(4, 4), blastRadius: 'dependents' }, 2],
    ['reversible, three services', { disturbed: services(4, 3, 1), blastRadius: 'dependents' }, 2],
    ['reversible, more than three services', { disturbed: services(4, 4, 4, 4), blastRadius: 'dependents' }, 3],
    ['hard to undo', { reversibility: 'hard' }, 3],
    ['a whole environment', { blastRadius: 'environment' }, 3],
    ['irreversible', { reversibility: 'irreversible' }, 4],
    ['account-wide', { blastRadius: 'account' }, 4],
    ['a service that is not in the catalog', { unknown: ['ghost'] }, 4],
    ['no service at all', { disturbed: [] }, 4],
    // Outside production: one less, at least 1.
    ['tier 1 in staging', { environment: 'staging' }, 1],
    ['tier 2 in staging', { environment: 'staging', disturbed: services(1) }, 1],
    ['tier 3 in staging', { environment: 'staging', blastRadius: 'environment' }, 2],
    // Novel: one more, at most 3.
    ['novel tier 1', { isNovel: true }, 2],
    ['novel tier 2', { isNovel: true, disturbed: services(1) }, 3],
    ['novel tier 3', { isNovel: true, blastRadius: 'environment' }, 3],
    ['novel tier 1 in staging', { isNovel: true, environment: 'staging' }, 2],
    ['novel tier 3 in staging', { isNovel: true, environment: 'staging', reversibility: 'hard' }, 3],
    // Tier 4 stays 4.
    ['irreversible in staging', { reversibility: 'irreversible', environment: 'dev' }, 4],
    ['unknown in staging, novel', { unknown: ['ghost'], environment: 'dev', isNovel: true }, 4],
    // An environment that is not known counts as production.
    ['no environment', { environment: null, disturbed: services(1) }, 2],
    ['an environment nobody knows', { environment: 'blue', disturbed: services(1) }, 2],
  ] as const)('%s', (_, facts, expected) => {
    expect(tierOf(facts)).toBe(expected)
  })

  it('says why, one sentence for each rule that applied', () => {
    const { tier, reasons } = assessTier({
      reversibility: 'reversible',
      blastRadius: 'service',
      disturbed: [{ name: 'checkout', criticality: 1 }],
      unknown: [],
      environment: 'staging',
      isNovel: true,
    })

    expect(tier).toBe(2)
    expect(reasons).toEqual([
      'It can be undone, and disturbs checkout, of criticality 1.',
      'The environment staging is not production: one less, at least 1.',
      'This playbook has no record of success here: one more, at most 3.',
    ])
  })

  it('is never lowered by disturbing more, by being novel or by production', () => {
    const criticality = fc.constantFrom<Criticality>(1, 2, 3, 4)
    fc.assert(
      fc.property(
        fc.array(criticality, { minLength: 1, maxLength: 6 }),
        criticality,
        fc.boolean(),
        (list, one, novel) => {
          const base = { disturbed: services(...list), isNovel: novel, blastRadius: 'dependents' } as const
          expect(tierOf({ ...base, disturbed: services(...list, one) })).toBeGreaterThanOrEqual(tierOf(base))
          expect(tierOf({ ...base, isNovel: true })).toBeGreaterThanOrEqual(tierOf(base))
          expect(tierOf(base)).toBeGreaterThanOrEqual(tierOf({ ...base, environment: 'staging' }))
        },
      ),
    )
  })
})

describe('production', () => {
  it.each([
    [null, true],
    ['production', true],
    ['prod', true],
    ['eu-prod-1', true],
    ['live', true],
    ['pre-prod', true],
    ['test-production', true],
    ['whatever', true],
    ['', true],
    ['staging', false],
    ['Staging', false],
    ['staging-eu', false],
    ['dev', false],
    ['qa2', false],
    ['sandbox', false],
    ['latest', true],
  ])('%j: %s', (environment, expected) => {
    expect(isProduction(environment)).toBe(expected)
  })
})

describe('novelty', () => {
  it.each([
    [0, 0, true],
    [1, 1, false],
    [0, 2, true],
    [0, 3, false],
  ])('%i here and %i on similar services', (onService, onSimilar, expected) => {
    expect(isNovel({ onService, onSimilar })).toBe(expected)
  })
})

describe('how a plan can be undone', () => {
  it.each([
    [true, [{ isVerification: false, hasUndo: false }], 'reversible'],
    [
      false,
      [
        { isVerification: false, hasUndo: true },
        { isVerification: true, hasUndo: false },
      ],
      'hard',
    ],
    [
      false,
      [
        { isVerification: false, hasUndo: true },
        { isVerification: false, hasUndo: false },
      ],
      'irreversible',
    ],
    [false, [{ isVerification: true, hasUndo: false }], 'irreversible'],
  ] as const)('declared %s with %j is %s', (reversible, steps, expected) => {
    expect(reversibilityOf({ reversible, steps })).toBe(expected)
  })
})
