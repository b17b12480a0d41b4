import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { SendWindows } from '../../../src/orchestrator/outbox/send-windows.ts'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'

/** What Teams allows a bot in one thread. */
const TEAMS = [
  { most: 7, perMs: 1_000 },
  { most: 8, perMs: 2_000 },
  { most: 60, perMs: 30_000 },
  { most: 1_800, perMs: 3_600_000 },
]

describe('windows of one thread', () => {
  it('hold all at once, whatever the pace', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 100, maxLength: 300 }), (gaps) => {
        const windows = new SendWindows(TEAMS)
        const sent: number[] = []
        let nowMs = 0
        for (const gap of gaps) {
          nowMs += gap
          nowMs += windows.wait('thread', nowMs)
          expect(windows.wait('thread', nowMs)).toBe(0)
          windows.note('thread', nowMs)
          sent.push(nowMs)
        }
        for (const { most, perMs } of TEAMS) {
          sent.forEach((at, index) => {
            expect((sent[index + most] ?? Infinity) - at).toBeGreaterThanOrEqual(perMs)
          })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('are each thread’s own, and there are none where the platform has none', () => {
    const windows = new SendWindows([{ most: 1, perMs: 1_000 }])
    windows.note('one', 0)

    expect([windows.wait('one', 400), windows.wait('other', 400)]).toEqual([600, 0])
    expect(new SendWindows([]).wait('any', 0)).toBe(0)
  })
})

describe('budgets with windows', () => {
  const limits = { postsPerSecond: 100, postBurst: 100, updatesPerMinute: 6_000, updateBurst: 100, cardIntervalMs: 0 }

  it('count posts and updates of one thread together, and leave other threads alone', () => {
    const budgets = new SurfaceBudgets({ ...limits, threadWindows: [{ most: 2, perMs: 1_000 }] }, 0)

    expect(budgets.takePost('T1', 0, 'T1 m1')).toBe(0)
    expect(budgets.takeUpdate('card', true, 0, 'T1 m1')).toBe(0)
    expect(budgets.takePost('T1', 100, 'T1 m1')).toBe(900)
    expect(budgets.takeUpdate('card', true, 100, 'T1 m1')).toBe(900)
    expect(budgets.takePost('T1', 100, 'T1 m2')).toBe(0)
    expect(budgets.takePost('T1', 1_000, 'T1 m1')).toBe(0)
  })

  it('let a thread through at once that without windows would be refused by the platform (the twin)', () => {
    const budgets = new SurfaceBudgets(limits, 0)

    expect([0, 0, 0].map((nowMs) => budgets.takePost('T1', nowMs, 'T1 m1'))).toEqual([0, 0, 0])
  })
})
