import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { schedule } from 'node-cron'
import { eventually } from './eventually.ts'
import { openClock } from '../../../src/adapters/schedule/open-clock.ts'
import { openHouse } from '../../support/house.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import type { House } from '../../support/house.ts'
import type { OpenClock } from '../../../src/adapters/schedule/open-clock.ts'

const clocks: OpenClock[] = []
let house: House | undefined
afterEach(async () => {
  await Promise.all(clocks.splice(0).map((clock) => clock.close()))
  await house?.close()
  house = undefined
})

/** How many jobs wait when two clocks have ticked at least once each. */
async function tickTwice(options: { readonly singletonKey?: string }): Promise<number> {
  house = await openHouse()
  const { deps, database } = await house.foundation()
  const ticks = [0, 0]
  for (const index of [0, 1]) {
    const tick = async () => {
      await deps.stores.jobs.enqueue('clock.tick', {}, options)
      ticks[index] = (ticks[index] ?? 0) + 1
    }
    clocks.push(openClock(tick, silentLogger))
  }
  await eventually('both have ticked', () => ticks.every((count) => count > 0))
  const { rows } = await database.pool.query("SELECT 1 FROM pgboss.job WHERE name = 'clock.tick' AND state = 'created'")
  return rows.length
}

describe('the clock of two replicas', () => {
  it('leaves one tick to be worked on, however many of them tick', async () => {
    expect(await tickTwice({ singletonKey: 'tick' })).toBe(1)
  })

  it('leaves as many as there were ticks where they have no name in common (the twin)', async () => {
    expect(await tickTwice({})).toBeGreaterThan(1)
  })

  it('goes on after a tick that failed, and says so', async () => {
    const warnings: string[] = []
    let ticks = 0
    const log = { ...silentLogger, warn: (_fields: object, message: string) => warnings.push(message) }
    const tick = async () => {
      ticks += 1
      if (ticks === 1) throw new Error('The database is away.')
    }

    clocks.push(openClock(tick, { ...log, child: () => silentLogger }))
    await eventually('it has ticked again', () => ticks >= 2)

    expect(warnings).toEqual(['clock tick could not be enqueued'])
  })

  it('says in the log, and nowhere else, that a machine was too busy for a tick; its library on its own says it on the console (the twin)', async () => {
    const said: string[] = []
    const log = { ...silentLogger, info: (_fields: object, message: string) => said.push(message) }
    const printed: string[] = []
    const warn = jest.spyOn(console, 'warn').mockImplementation((line: string) => void printed.push(line))
    clocks.push(openClock(() => Promise.resolve(), log))
    const alone = schedule('*/5 * * * * *', () => undefined)
    try {
      // Nothing of this process moves meanwhile, as on a machine that is too busy: some tick is late by two seconds.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_100)
      await eventually('a tick was missed by both', () => said.length > 0 && printed.length > 0)
    } finally {
      await alone.destroy()
      warn.mockRestore()
    }

    expect(new Set(said)).toEqual(new Set(['the clock missed a tick, which the next makes up for']))
    expect(printed.filter((line) => line.includes('countersign'))).toEqual([])
  })
})
