import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf, fires, resolves } from '../intake/payloads.ts'
import { openIntakeWorld } from '../intake/intake-world.ts'
import type { IntakeWorld } from '../intake/intake-world.ts'

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
})
afterEach(() => world.close())

const post = (body: object) => world.post('/webhooks/alertmanager', body)
const firing = async () => (await world.sql(`SELECT 1 FROM alerts WHERE status = 'firing'`)).length
const quiet = async () => {
  const rows = await world.sql<{ quiet: boolean }>(`SELECT quiet_since IS NOT NULL AS quiet FROM incidents ORDER BY id`)
  return rows.map((row) => row.quiet)
}
const minutesPass = async (minutes: number) => {
  for (const column of ['alerts.last_seen_at', 'alerts.first_seen_at', 'deliveries.received_at']) {
    const [table, name] = column.split('.')
    await world.sql(`UPDATE ${table} SET ${name} = ${name} - interval '${minutes} min'`)
  }
}

/**
 * When Alertmanager hears nothing from Prometheus for a few minutes it takes its alerts for resolved and says so. As
 * soon as it hears of them again it says once more what it said first, byte for byte: the start of a firing is
 * Prometheus's, and that has not changed.
 */
describe('an alert that Alertmanager lost sight of for a while', () => {
  it('fires again when it says so again, in the same bytes', async () => {
    await post(fires())
    await post(resolves())
    expect([await firing(), await quiet()]).toEqual([0, [true]])
    await minutesPass(6)

    expect((await post(fires())).status).toBe(202)

    expect([await firing(), await quiet()]).toEqual([1, [false]])
  })

  it('fires again among others, and only once however often it is said', async () => {
    await post(fires())
    await post(resolves())
    await minutesPass(6)
    const both = () => post(alertmanagerBody(alertOf(), alertOf({ name: 'HighLatency' })))

    expect((await both()).body).toMatchObject({ accepted: 2, duplicates: 0 })
    await Promise.all([both(), post(fires()), post(fires()), both()])
    await minutesPass(240)
    await post(fires())

    expect([await firing(), await quiet()]).toEqual([2, [false]])
  })

  it('is over when that is said, and may come a third time', async () => {
    await post(fires())
    await post(resolves())
    await minutesPass(6)
    await post(fires())
    await post(resolves({ endsAt: new Date().toISOString() }))
    expect([await firing(), await quiet()]).toEqual([0, [true]])

    await post(fires())
    expect(await firing()).toBe(0)
    await minutesPass(6)
    await post(fires())
    expect([await firing(), await quiet()]).toEqual([1, [false]])
  })
})

describe('a fire that was only delayed', () => {
  it('is over, as its resolve said', async () => {
    await post(fires({ annotations: { summary: 'first try' } }))
    await post(resolves())
    await minutesPass(1)
    await post(fires())

    expect([await firing(), await quiet()]).toEqual([0, [true]])
  })
})
