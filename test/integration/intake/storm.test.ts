import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf } from './payloads.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { Answer, IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
let other: IntakeWorld
beforeAll(async () => {
  world = await openIntakeWorld()
  other = await openIntakeWorld({ databaseUrl: world.databaseUrl })
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const SERVICES = 40
const INSTANCES = 25

/** One delivery an instance, with one alert a service: a thousand alerts in all. */
function delivery(instance: number, status: 'firing' | 'resolved'): object {
  const labels = { instance: `node-${instance}` }
  return alertmanagerBody(
    ...Array.from({ length: SERVICES }, (_, index) => alertOf({ service: `svc-${index}`, status, labels })),
  )
}

/** Fires and resolves of all instances, shuffled by a fixed rule, each from two Alertmanagers that do not see each other. */
function shuffled(): readonly (readonly [number, 'firing' | 'resolved'])[] {
  const all = Array.from({ length: INSTANCES }, (_, index) => index).flatMap((instance) =>
    (['firing', 'resolved'] as const).flatMap((status) => [[instance, status] as const, [instance, status] as const]),
  )
  return all
    .map((item, index) => [(index * 7919) % 1_009, item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item)
}

/** As Alertmanager does: what is answered 5xx is sent again. */
async function sendUntilTaken(to: IntakeWorld, body: object): Promise<Answer> {
  for (;;) {
    const answer = await to.post('/webhooks/alertmanager', body)
    if (answer.status === 202) return answer
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
  }
}

describe('a storm of alerts, repeated, reordered, resolves before fires, over two replicas', () => {
  it('opens one incident a service, loses nothing, and ends quiet', async () => {
    const answers = await Promise.all(
      shuffled().map(([instance, status], index) =>
        sendUntilTaken(index % 2 === 0 ? world : other, delivery(instance, status)),
      ),
    )

    expect(answers).toHaveLength(INSTANCES * 4)
    expect(await world.count('alerts')).toBe(SERVICES * INSTANCES)
    expect(await world.count(`alerts WHERE status = 'firing'`)).toBe(0)
    expect(await world.count('incidents')).toBe(SERVICES)
    expect(await world.count('incidents WHERE quiet_since IS NULL')).toBe(0)
    expect(await world.count('deliveries')).toBe(INSTANCES * 2)
  })

  it('of a thousand services in one delivery needs no more locks than there are', async () => {
    const alerts = Array.from({ length: 1_000 }, (_, index) => alertOf({ service: `wide-${index}` }))
    const answer = await world.post('/webhooks/alertmanager', alertmanagerBody(...alerts))

    expect(answer).toMatchObject({ status: 202, body: { accepted: 1_000 } })
    expect(await world.count('incidents')).toBe(SERVICES + 1_000)
  })
})
