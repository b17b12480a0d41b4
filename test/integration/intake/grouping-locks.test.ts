import { afterEach, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf } from './payloads.ts'
import { catalogOf } from '../../unit/changes/make-incident.ts'
import { openIntakeWorld } from './intake-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { IntakeWorld } from './intake-world.ts'
import type { Stores } from '../../../src/ports/stores.ts'

/** web and ledger share api; vault is a step farther than anything joins. */
const CATALOG = catalogOf({ web: ['api'], api: ['ledger'], ledger: ['vault'], vault: [] })
/** So many in a minute are a storm, which takes what is two steps away. */
const STORM = 6

let world: IntakeWorld
afterEach(() => world.close())

/** The first delivery has read what it may join, and decides only when it is let go. */
interface Held {
  readonly isReading: () => boolean
  readonly letGo: () => void
}

async function open(hasLocks: boolean): Promise<Held> {
  let isReading = false
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const wrap = (stores: Stores): Stores => ({
    ...stores,
    deliveries: {
      ...stores.deliveries,
      accept: (delivery, expected) =>
        stores.deliveries.accept(delivery, hasLocks ? expected : { ...expected, locks: [] }),
    },
    alerts: {
      ...stores.alerts,
      loadForGrouping: async (query) => {
        const context = await stores.alerts.loadForGrouping(query)
        const isFirst = !isReading
        isReading = true
        if (isFirst) await gate
        return context
      },
    },
  })
  world = await openIntakeWorld({ catalog: CATALOG, stores: wrap })
  return { isReading: () => isReading, letGo: () => letGo() }
}

const storm = (service: string) =>
  alertmanagerBody(
    ...Array.from({ length: STORM }, (_none, index) => alertOf({ service, name: `Slow${String(index)}` })),
  )
const send = (service: string) => world.post('/webhooks/alertmanager', storm(service))
const waiting = async () =>
  (
    await world.sql<{ n: number }>(`SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  )[0]?.n ?? 0

/** A storm at one service, and while it is placed one at another; whether the second waited, and what there is then. */
async function twoAtOnce(other: string, hasLocks = true) {
  const held = await open(hasLocks)
  const first = send('web')
  await waitUntil('the first has read what it may join', held.isReading)
  let isDone = false
  const second = send(other).finally(() => (isDone = true))
  let hasWaited = false
  await waitUntil('the second is done or waits', async () => {
    hasWaited = (await waiting()) > 0
    return isDone || hasWaited
  })
  held.letGo()
  const answers = await Promise.all([first, second])
  expect(answers.map(({ status }) => status)).toEqual([202, 202])
  return { hasWaited, incidents: await world.count('incidents'), alerts: await world.count('alerts') }
}

describe('two deliveries at once', () => {
  it.each(['api', 'ledger'])('that may become one incident do: web and %s', async (other) => {
    expect(await twoAtOnce(other)).toEqual({ hasWaited: true, incidents: 1, alerts: 2 * STORM })
  })

  it.each(['api', 'ledger'])('open two where none waits for the other: web and %s (twin)', async (other) => {
    expect(await twoAtOnce(other, false)).toEqual({ hasWaited: false, incidents: 2, alerts: 2 * STORM })
  })

  it('that have nothing to do with each other do not wait', async () => {
    expect(await twoAtOnce('vault')).toEqual({ hasWaited: false, incidents: 2, alerts: 2 * STORM })
  })
})

describe('many deliveries at once, each of several services in another order', () => {
  it('are all taken, and none waits for another in a circle', async () => {
    const held = await open(true)
    held.letGo()
    const services = ['web', 'api', 'ledger', 'vault']
    const bodies = Array.from({ length: 40 }, (_none, index) => {
      const turned = [...services.slice(index % 4), ...services.slice(0, index % 4)]
      const inOrder = index % 2 === 0 ? turned : turned.toReversed()
      return alertmanagerBody(...inOrder.map((service) => alertOf({ service, name: `Alert${String(index)}` })))
    })

    const answers = await Promise.all(bodies.map((body) => world.post('/webhooks/alertmanager', body)))

    expect(answers.every(({ status }) => status === 202)).toBe(true)
    expect(await world.count('incidents')).toBe(1)
    expect(await world.count('alerts')).toBe(160)
  })
})
