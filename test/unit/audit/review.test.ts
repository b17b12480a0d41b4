import { describe, expect, it } from '@jest/globals'
import { beginTally, tallyEntries } from '../../../src/audit/review-entries.ts'
import { CHAIN_START, leafHashOf, nextLink } from '../../../src/audit/hash-chain.ts'
import { concludeReview } from '../../../src/audit/conclude-review.ts'
import type { AuditEntry } from '../../../src/domain/audit-entry.ts'
import type { ReviewFacts } from '../../../src/audit/conclude-review.ts'
import type { ReviewPoint } from '../../../src/domain/audit-review.ts'

type Content = Readonly<Record<string, unknown>>

/** A day on which all is well. */
const QUIET: readonly Content[] = [
  { event: 'service.started', origin: 'clock', details: { people: 'p1', catalog: 'c1' } },
  { event: 'alerts.received', origin: 'webhook', actor: { id: 'alertmanager' } },
  { event: 'incident.acknowledged', origin: 'slack', outcome: 'success' },
]
const FACTS: ReviewFacts = {
  ...{
    checkpoints: [{ size: 3, fits: true }],
    forged: 0,
    waiting: 0,
    skipped: 0,
    glass: { unreviewed: 0, overdue: 0 },
  },
  ...{ surfaces: [{ name: 'slack', lostSince: null }], sourcesBefore: ['alertmanager'] },
}

function chainOf(contents: readonly Content[]): readonly AuditEntry[] {
  let prevHash = CHAIN_START
  return contents.map((content, index) => {
    const own = {
      entryId: `id-${index}`,
      event: content['event'] as string,
      incidentId: (content['incidentId'] ?? null) as string | null,
    }
    const bytes = new TextEncoder().encode(JSON.stringify({ ...content, entryId: own.entryId }))
    const leafHash = leafHashOf(bytes)
    const columns = { ...own, leafHash }
    const entry = { seq: index + 1, bytes, columns, leafHash, prevHash, hash: nextLink(prevHash, leafHash) }
    prevHash = entry.hash
    return entry
  })
}

function concerns(entries: readonly AuditEntry[], facts: Partial<ReviewFacts> = {}): readonly ReviewPoint[] {
  const findings = concludeReview(tallyEntries(beginTally(0, CHAIN_START), entries), { ...FACTS, ...facts })
  expect(findings).toHaveLength(11)
  return findings.filter(({ isConcern }) => isConcern).map(({ point }) => point)
}

const step = { runId: 'RUN-1', stepId: 'sync', origin: 'clock' }

describe('the review of a day', () => {
  it('finds nothing where there is nothing (the twin of all below)', () => {
    expect(concerns(chainOf(QUIET))).toEqual([])
  })

  it.each<[ReviewPoint, Content]>([
    ['log', { event: 'audit.contradicted', origin: 'clock' }],
    ['refusals', { event: 'decision.refused', origin: 'slack', outcome: 'refused', reasonCode: 'not_allowed' }],
    ['break_glass', { event: 'break_glass.used', origin: 'slack' }],
    ['configuration', { event: 'configuration.accepted', origin: 'slack' }],
    ['configuration', { event: 'credential.changed', origin: 'slack' }],
    ['configuration', { event: 'service.started', origin: 'clock', details: { people: 'p2', catalog: 'c1' } }],
    ['freezes', { event: 'freeze.lifted', origin: 'slack' }],
    ['reads', { event: 'audit.exported', origin: 'cli' }],
    ['outcomes', { event: 'step.unknown', ...step }],
    ['outcomes', { event: 'run.parked', origin: 'clock' }],
    ['surfaces', { event: 'surface.lost', origin: 'clock' }],
    ['standstills', { event: 'standstill.found', origin: 'clock' }],
  ])('names %s for %j', (point, content) => {
    expect(concerns(chainOf([...QUIET, content]))).toEqual([point])
  })

  it.each<[ReviewPoint, Partial<ReviewFacts>]>([
    ['checkpoints', { checkpoints: [{ size: 2, fits: false }] }],
    ['checkpoints', { checkpoints: [] }],
    ['checkpoints', { forged: 1 }],
    ['break_glass', { glass: { unreviewed: 1, overdue: 0 } }],
    ['surfaces', { surfaces: [{ name: 'slack', lostSince: new Date() }] }],
    ['surfaces', { surfaces: [{ name: 'teams', lostSince: null }] }],
    ['sources', { sourcesBefore: ['alertmanager', 'github'] }],
  ])('names %s for %j', (point, facts) => {
    expect(concerns(chainOf(QUIET), facts)).toEqual([point])
  })

  it('takes a step as known once something came of it, also on another page of entries', () => {
    const entries = chainOf([...QUIET, { event: 'step.unknown', ...step }, { event: 'step.settled', ...step }])
    const tally = tallyEntries(tallyEntries(beginTally(0, CHAIN_START), entries.slice(0, 4)), entries.slice(4))

    expect([...tally.unknown]).toEqual([])
    expect(tally).toMatchObject({ from: 1, to: 5, fault: null })
  })

  it('names the log where content is gone that nobody archived, and not where it was archived (the twin)', () => {
    const withoutContent = ([first, ...rest]: readonly AuditEntry[]) => [{ ...first!, bytes: null }, ...rest]
    const archived = { event: 'audit.archived', origin: 'cli' }

    expect(concerns(withoutContent(chainOf([QUIET[2]!, ...QUIET])))).toEqual(['log'])
    expect(concerns(withoutContent(chainOf([QUIET[2]!, ...QUIET, archived])))).toEqual(['reads'])
  })

  it.each(['null', '5', '"text"', '{'])('is made also where an entry was changed into %s', (content) => {
    const entries = [...chainOf(QUIET)]
    entries[2] = { ...entries[2]!, bytes: new TextEncoder().encode(content) }

    expect(tallyEntries(beginTally(0, CHAIN_START), entries).fault).toBe('entry 3 was changed')
  })

  it('counts reads and refusals for what their entries stand for', () => {
    const read = (actor: string, reads: number) => ({ event: 'audit.read', actor: { id: actor }, details: { reads } })
    const minute = { event: 'refusals.counted', outcome: 'refused', reasonCode: 'wrong_token', details: { count: 40 } }
    const first = { event: 'request.refused', outcome: 'refused', reasonCode: 'wrong_token' }
    const tally = tallyEntries(beginTally(0, CHAIN_START), chainOf([read('ana', 1), read('ana', 49), first, minute]))

    expect(tally.reads.log).toBe(50)
    expect(tally.reads.readers.size).toBe(1)
    expect(tally.refusals.get('wrong_token')).toBe(40)
  })

  it.each<[string, (entries: AuditEntry[]) => void, string]>([
    ['changed', (all) => (all[1] = { ...all[1]!, bytes: new TextEncoder().encode('{}') }), 'entry 2 was changed'],
    ['taken out', (all) => all.splice(1, 1), 'after entry 1 comes entry 3'],
    [
      'of another chain',
      (all) => (all[2] = { ...all[2]!, prevHash: 'a'.repeat(64) }),
      'entry 3 does not follow entry 2',
    ],
    [
      'of another hash',
      (all) => (all[1] = { ...all[1]!, hash: 'a'.repeat(64) }),
      'entry 2 has a hash that is not its own',
    ],
    [
      'not what its columns say',
      (all) => (all[1] = { ...all[1]!, columns: { ...all[1]!.columns!, incidentId: 'INC-1000' } }),
      'the columns beside entry 2 say something else than its bytes',
    ],
  ])('says where an entry is %s', (_how, tamper, fault) => {
    const entries = [...chainOf(QUIET)]
    tamper(entries)

    expect(tallyEntries(beginTally(0, CHAIN_START), entries).fault).toBe(fault)
    expect(concerns(entries)).toContain('log')
  })
})
