import { describe, expect, it } from '@jest/globals'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { TokenBucket } from '../../../src/orchestrator/outbox/token-bucket.ts'
import { chooseChannel } from '../../../src/orchestrator/outbox/choose-channel.ts'

/** Slack's: one post a second and channel, fifty updates a minute, two seconds between two updates of a card. */
const LIMITS = { postsPerSecond: 1, postBurst: 3, updatesPerMinute: 50, updateBurst: 10, cardIntervalMs: 2000 }

describe('a token bucket', () => {
  it('lets a burst through, then one at a time', () => {
    const bucket = new TokenBucket(1, 2, 0)

    expect([0, 0, 0, 500, 1000].map((nowMs) => bucket.take(nowMs))).toEqual([0, 0, 1000, 500, 0])
  })

  it('queues those who reserve, each behind the other', () => {
    const bucket = new TokenBucket(1, 1, 0)

    expect([0, 0, 0].map((nowMs) => bucket.reserve(nowMs))).toEqual([0, 1000, 2000])
  })

  it('gives nothing before the time the platform named', () => {
    const bucket = new TokenBucket(10, 10, 0)

    bucket.block(0, 5000)

    expect(bucket.take(4800)).toBeGreaterThan(0)
    expect(bucket.take(5000)).toBe(0)
  })
})

describe('the budgets of a surface', () => {
  it('keep posts of one channel from those of another', () => {
    const budgets = new SurfaceBudgets(LIMITS, 0)

    const crowded = [0, 0, 0, 0].map(() => budgets.takePost('C1', 0))

    expect(crowded).toEqual([0, 0, 0, 1000])
    expect(budgets.takePost('C2', 0)).toBe(0)
  })

  it('let two updates of one card not follow too closely', () => {
    const budgets = new SurfaceBudgets(LIMITS, 0)

    expect(budgets.takeUpdate('card', false, 0)).toBe(0)
    expect(budgets.takeUpdate('card', false, 500)).toBe(1500)
    expect(budgets.takeUpdate('card', false, 2000)).toBe(0)
  })

  it('keep the turn of a card that waits, however often it asks', () => {
    const budgets = new SurfaceBudgets(LIMITS, 0)
    for (let card = 0; card < 6; card += 1) budgets.takeUpdate(`early ${card}`, false, 0)

    const first = budgets.takeUpdate('late', false, 0)
    const again = budgets.takeUpdate('late', false, 100)

    expect(first).toBeGreaterThan(0)
    expect(again).toBe(first - 100)
    expect(budgets.takeUpdate('late', false, first)).toBe(0)
  })

  it('stay within fifty a minute over all, while a storm of cards waits', () => {
    const budgets = new SurfaceBudgets(LIMITS, 0)
    let shown = 0
    for (let card = 0; card < 400; card += 1) {
      const wait = budgets.takeUpdate(`card ${card}`, false, 0)
      if (wait < 60_000) shown += 1
    }

    expect(shown).toBeLessThanOrEqual(LIMITS.updatesPerMinute + LIMITS.updateBurst)
  })

  it('let an approval through a storm of refreshed cards; without the share for it, it would wait behind them', () => {
    const budgets = new SurfaceBudgets(LIMITS, 0)
    for (let card = 0; card < 400; card += 1) budgets.takeUpdate(`storm ${card}`, false, 0)

    expect(budgets.takeUpdate('approval', true, 0)).toBe(0)
    expect(budgets.takeUpdate('twin', false, 0)).toBeGreaterThan(60_000)
  })
})

describe('the routes of cards', () => {
  const routes = [
    { surface: 'slack', owner: 'team-pay', severity: null, channel: 'PAY' },
    { surface: 'slack', owner: null, severity: 'SEV1', channel: 'MAJOR' },
    { surface: 'slack', owner: null, severity: null, channel: 'ALL' },
  ] as const

  it.each([
    ['team-pay', 'SEV1', 'PAY'],
    ['team-shop', 'SEV1', 'MAJOR'],
    ['team-shop', 'SEV3', 'ALL'],
  ] as const)('take %s and %s to %s: the first that fits', (owner, severity, channel) => {
    expect(chooseChannel(routes, 'slack', { owner, severity })).toBe(channel)
  })

  it('lead nowhere on a surface that has none', () => {
    expect(chooseChannel(routes, 'teams', { owner: null, severity: 'SEV1' })).toBeUndefined()
  })
})
