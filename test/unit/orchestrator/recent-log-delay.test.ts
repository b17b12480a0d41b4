import { describe, expect, it } from '@jest/globals'
import { recentLogDelay } from '../../../src/orchestrator/recent-log-delay.ts'
import { FixedClock } from '../../support/fixed-clock.ts'

function reader() {
  const asked = { times: 0, isAway: false }
  const describe = () => {
    asked.times += 1
    if (asked.isAway) return Promise.reject(new Error('the database is away'))
    return Promise.resolve({
      ...{ size: 1, waiting: 0, lagSeconds: asked.times, uncoveredSeconds: 0, isProtected: true },
    })
  }
  return { asked, describe }
}

describe('how far the log is behind', () => {
  it('is read once for all who ask within two seconds, also while it is being read, and then anew', async () => {
    const { asked, describe } = reader()
    const clock = new FixedClock()
    const delay = recentLogDelay({ describe }, clock)

    await Promise.all([delay(), delay()])
    clock.advance(1_999)
    await delay()
    expect(asked.times).toBe(1)

    clock.advance(1)
    expect(await delay()).toMatchObject({ lagSeconds: 2 })
  })

  it('is not taken from a reading that failed', async () => {
    const { asked, describe } = reader()
    const delay = recentLogDelay({ describe }, new FixedClock())
    asked.isAway = true
    await expect(delay()).rejects.toThrow('away')

    asked.isAway = false
    expect(await delay()).toMatchObject({ lagSeconds: 2 })
  })
})
