import { describe, expect, it } from '@jest/globals'
import { SurfaceWatch } from '../../../src/orchestrator/outbox/surface-watch.ts'

describe('the watch over a surface', () => {
  it('puts on record once that it answers', () => {
    const watch = new SurfaceWatch()
    expect(watch.news(0)).toBeUndefined()

    watch.answered()
    expect(watch.news(0)).toEqual({ isReachable: true, forMs: 0, detail: null })

    watch.recorded(true)
    watch.answered()
    expect(watch.news(1)).toBeUndefined()
  })

  it.each([
    // One call that hangs long is one failure.
    ['one long failure', [[0, 30_000]], undefined],
    ['two failures close together', [[0], [14_000]], undefined],
    ['two failures over fifteen seconds', [[0], [15_000]], 15_000],
    // Calls run side by side: what began first counts, whichever ends first.
    ['failures that end in another order', [[2_000], [0], [15_000]], 15_000],
  ])('after %s', (_case, failures, forMs) => {
    const watch = new SurfaceWatch()
    let nowMs = 0
    for (const [startedAtMs = 0, endedAtMs = startedAtMs] of failures) {
      watch.failed(startedAtMs, 'refused')
      nowMs = endedAtMs
    }

    expect(watch.news(nowMs)?.forMs).toBe(forMs)
  })

  it('forgets the failures with the first answer, and says when it is back', () => {
    const watch = new SurfaceWatch()
    watch.failed(0, 'refused')
    watch.failed(20_000, 'reset')
    expect(watch.news(20_000)).toEqual({ isReachable: false, forMs: 20_000, detail: 'reset' })
    watch.recorded(false)
    expect(watch.news(40_000)).toBeUndefined()

    watch.answered()

    expect(watch.news(41_000)).toMatchObject({ isReachable: true })
  })
})
