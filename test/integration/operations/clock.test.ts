import { afterEach, describe, expect, it } from '@jest/globals'
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

describe('the clock of two replicas', () => {
  it('leaves one tick to be worked on, however many of them tick', async () => {
    house = await openHouse()
    const { deps, database } = await house.foundation()
    const ticks = [0, 0]
    for (const index of [0, 1]) {
      const tick = async () => {
        await deps.stores.jobs.enqueue('clock.tick', {}, { singletonKey: 'tick' })
        ticks[index] = (ticks[index] ?? 0) + 1
      }
      clocks.push(openClock(tick, silentLogger))
    }

    await eventually('both have ticked', () => ticks.every((count) => count > 0))

    const { rows } = await database.pool.query(
      "SELECT 1 FROM pgboss.job WHERE name = 'clock.tick' AND state = 'created'",
    )
    expect(rows).toHaveLength(1)
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
    await eventually('it has ticked again', () => ticks === 2)

    expect(warnings).toEqual(['clock tick could not be enqueued'])
  })
})
