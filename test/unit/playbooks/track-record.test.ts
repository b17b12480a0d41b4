import { describe, expect, it } from '@jest/globals'
import { LEAST_CONFIDENCE, whyTooWide } from '../../../src/playbooks/select-playbook.ts'
import { describeRecord, trackRecord } from '../../../src/playbooks/track-record.ts'
import type { PastRun } from '../../../src/domain/past-run.ts'

const NOW = new Date('2026-11-20T14:00:00Z')
const HERE = { service: 'checkout', owner: 'team-shop', criticality: 1 }

function ran(outcome: PastRun['outcome'], rest: Partial<PastRun> = {}): PastRun {
  return { playbook: 'rollback', ...HERE, outcome, helped: 0, didNotHelp: 0, at: NOW, ...rest }
}
const mean = (...past: PastRun[]) => trackRecord('rollback', HERE, past, NOW).mean
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000)

describe('the record of a playbook', () => {
  it('begins with what a reviewed playbook is trusted with, and moves with every run', () => {
    expect(mean()).toBeCloseTo(0.8)
    expect(mean(ran('succeeded'))).toBeCloseTo(2.6 / 3)
    expect(mean(ran('failed'))).toBeCloseTo(1.6 / 3)
    expect(mean(ran('failed', { playbook: 'another' }))).toBeCloseTo(0.8)
  })

  it('counts a run half after its half-life, and what ran elsewhere less than what ran here', () => {
    expect(mean(ran('failed', { at: daysAgo(90) }))).toBeCloseTo(1.6 / 2.5)
    const similar = mean(ran('failed', { service: 'cart' }))
    const elsewhere = mean(ran('failed', { service: 'cart', owner: 'team-other' }))
    expect(similar).toBeCloseTo(1.6 / 2.5)
    expect(elsewhere).toBeGreaterThan(similar)
    expect(elsewhere).toBeLessThan(0.8)
  })

  it('takes people and checks for two witnesses: where they disagree it helped in part', () => {
    const record = trackRecord('rollback', HERE, [ran('succeeded', { didNotHelp: 2, helped: 1 })], NOW)
    expect(record).toMatchObject({ successes: 0, partial: 1, failures: 0 })
    expect(record.mean).toBeCloseTo((1.6 + 0.5) / 3)
    expect(mean(ran('failed', { helped: 1 }))).toBeCloseTo((1.6 + 0.5) / 3)
    expect(describeRecord(record)).toMatch(/succeeded 0 times, helped in part once/)
  })

  it('that is bad enough is below what is proposed, however sure the cause', () => {
    const bad = [ran('failed'), ran('failed'), ran('failed')]
    expect(mean(...bad)).toBeLessThan(LEAST_CONFIDENCE)
    expect(mean(...bad.slice(1))).toBeGreaterThanOrEqual(LEAST_CONFIDENCE - 1e-9)
  })
})

describe('a plan for an incident that resembles none before', () => {
  const reach = { isNovel: true, blastRadius: 'service' as const, disturbed: ['a'], tier: 2 as const }

  it.each([
    [{ blastRadius: 'environment' as const }, /touches a whole environment/],
    [{ disturbed: ['a', 'b', 'c', 'd'] }, /disturbs 4 services/],
    [{ tier: 4 as const }, /tier is 4/],
  ])('is not proposed when it is wide: %j', (wide, expected) => {
    expect(whyTooWide({ ...reach, ...wide }).join(' ')).toMatch(expected)
    expect(whyTooWide({ ...reach, ...wide, isNovel: false })).toEqual([])
  })

  it('is proposed when it is narrow', () => {
    expect(whyTooWide(reach)).toEqual([])
  })
})
