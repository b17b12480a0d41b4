import { afterEach, describe, expect, it } from '@jest/globals'
import { openReadLog } from '../../../src/orchestrator/read/open-read-log.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { AuditRecord, SealedLeaf } from '../../../src/domain/audit-entry.ts'
import type { NotedRead, ReadLog } from '../../../src/orchestrator/read/open-read-log.ts'

const PACE = { windowMs: 600_000, lookEveryMs: 2, patienceMs: 20, lastPatienceMs: 50 }

/** A log that can be full, or never answer; what a leaf says is what was sealed. */
function world(pace = PACE) {
  const written: AuditRecord[] = []
  const state = { fault: 'none' as 'none' | 'fails' | 'hangs', nowMs: 0, errors: [] as string[], tries: 0 }
  const seal = (record: AuditRecord) => record as unknown as SealedLeaf
  const log = { error: (_fields: unknown, message: string) => void state.errors.push(message) }
  const reads = openReadLog(
    {
      audit: {
        append: async (leaves) => {
          state.tries += 1
          if (state.fault === 'hangs') await waitUntil('the log answers again', () => state.fault !== 'hangs')
          if (state.fault === 'fails') throw new Error('permission denied for table audit_leaves')
          written.push(...(leaves as unknown as AuditRecord[]))
        },
      },
      seal,
      clock: { now: () => new Date(1_750_000_000_000 + state.nowMs), monotonicMs: () => state.nowMs },
      log: log as never,
      telemetry: { count: () => undefined, observeSeconds: () => undefined },
    },
    pace,
  )
  open.push(reads)
  const note = (change: Partial<NotedRead> = {}) =>
    reads.note({
      ...{ event: 'record.read', object: 'incident INC-1', incidentId: 'INC-1', origin: 'console' },
      ...{ actor: { type: 'human', id: 'ana', name: 'Ana' }, seal, ...change },
    })
  const counts = () => written.map(({ details }) => details?.['reads'])
  return { reads, written, state, note, counts }
}

const open: ReadLog[] = []
afterEach(async () => {
  for (const reads of open.splice(0)) await reads.close()
})

describe('reads of one object by one person on one surface', () => {
  it('are one entry at once and one for all the others of the window', async () => {
    const { reads, note, written, counts, state } = world()
    await note()
    await waitUntil('the first is written', () => counts().length === 1)
    for (let more = 0; more < 49; more += 1) await note()
    state.nowMs = 599_999
    await note()
    state.nowMs = 600_000
    await waitUntil('the window is over', () => counts().length === 2)

    expect(counts()).toEqual([1, 50])
    expect(written[1]?.details).toMatchObject({ last: new Date(1_750_000_599_999).toISOString() })
    await reads.close()
    expect(counts()).toEqual([1, 50])
  })

  it('are written without their window’s end where the service stops (without that they are lost)', async () => {
    const { reads, note, counts } = world()
    await note()
    await waitUntil('the first is written', () => counts().length === 1)
    await note()
    await note()
    expect(counts()).toEqual([1])

    await reads.close()

    expect(counts()).toEqual([1, 2])
  })

  it('are entries of their own by another person, on another surface, of another object and of another event', async () => {
    const { reads, note, counts } = world()
    await note()
    await note({ actor: { type: 'human', id: 'ben', name: 'Ana' } })
    await note({ origin: 'slack' })
    await note({ object: 'evidence of INC-1' })
    await note({ event: 'audit.read', object: 'audit log' })
    await reads.close()

    expect(counts()).toEqual([1, 1, 1, 1, 1])
  })

  it('are on the log at once again when the window is over', async () => {
    const { note, counts, state } = world()
    await note()
    await waitUntil('the first is written', () => counts().length === 1)
    state.nowMs = 600_000
    await note()
    await waitUntil('the next is on the log as well', () => counts().length === 2)

    expect(counts()).toEqual([1, 1])
  })
})

describe('the log that cannot be written', () => {
  it('keeps nobody waiting and loses no read, and is complained of once', async () => {
    const { note, counts, state } = world()
    state.fault = 'fails'
    for (let reads = 0; reads < 100; reads += 1) await note({ event: 'audit.read', object: 'audit log' })
    await waitUntil('it is tried again', () => state.tries > 2)
    expect(counts()).toEqual([])

    state.fault = 'none'
    await waitUntil('the reads are written', () => counts().length > 0)

    expect(counts()).toEqual([100])
    expect(state.errors).toHaveLength(1)
  })

  it('that never answers costs one reader their patience, and the next ones nothing', async () => {
    const { note, counts, state } = world({ ...PACE, patienceMs: 5 })
    state.fault = 'hangs'
    const waits: Promise<void>[] = []
    for (let reads = 0; reads < 50; reads += 1) {
      waits.push(note({ event: 'audit.read', object: 'audit log', incidentId: `INC-${String(reads)}` }))
      if (reads === 0) await waits[0]
    }
    // None of them is behind the write, which goes on only from here.
    await Promise.all(waits)
    expect(counts()).toEqual([])

    state.fault = 'none'
    await waitUntil('the reads are written', () => counts().length === 50)
  })

  it('is waited for by who reads the log itself, where it can be written', async () => {
    const { note, counts } = world({ ...PACE, patienceMs: 10_000 })
    await note({ event: 'audit.read', object: 'audit log' })

    expect(counts()).toEqual([1])
  })

  it('does not keep a stop from coming to its end, which says how many reads are lost', async () => {
    const { reads, note, state } = world()
    state.fault = 'fails'
    await note()
    await note()
    await reads.close()

    expect(state.errors.at(-1)).toBe('reads could not be put on the audit log before the stop')
  })

  it('holds what is read in a bounded place, and still counts each', async () => {
    const { note, counts, state, reads } = world()
    state.fault = 'fails'
    for (let read = 0; read < 20_100; read += 1) await note({ object: `incident ${String(read)}` })
    state.fault = 'none'
    await waitUntil('all is written', () => counts().length === 20_001)
    await reads.close()

    expect(counts().reduce((sum: number, count) => sum + Number(count), 0)).toBe(20_100)
  })
})
