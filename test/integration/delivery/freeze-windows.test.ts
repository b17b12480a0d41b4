import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openScene, openWorld } from '../decisions/world.ts'
import { refreshFrozenCards } from '../../../src/orchestrator/refresh-frozen-cards.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FreezeWindow } from '../../../src/domain/freeze.ts'
import type { World } from '../decisions/world.ts'

const HOUR_MS = 3_600_000
/** Every day from 12 to 14 UTC. */
const NOON: FreezeWindow = {
  ...{ services: null, owner: null, environment: null, days: [], from: 720, to: 840, timezone: 'UTC' },
  reason: 'lunch',
}

let world: World
let deps: Deps
/** The database's clock, as the duty reads it. */
let now: Date
let incidentId: string
beforeEach(async () => {
  world = await openWorld()
  const { freezes } = world.deps.stores
  const stores = { ...world.deps.stores, freezes: { ...freezes, now: async () => now } }
  deps = world.replica({ stores, settings: { freezeWindows: [NOON] } })
  incidentId = (await openScene(world)).incident.id
  now = new Date('2026-11-23T10:00:00Z')
  await show()
})
afterEach(() => world.close())

/** Its card was asked for and shown at this moment. */
async function show(): Promise<void> {
  const { cards } = deps.stores
  const { id } = await cards.ensure(incidentId, 'console', 'C1')
  await cards.markShown(id, { channel: 'C1', message: '1' }, 'hash')
  await world.query('UPDATE cards SET updated_at = $1', [now])
  await world.query(`DELETE FROM outbox_messages`)
}

/** What the tick asks for at that hour; asked at that hour as well. */
async function tickAt(hours: number): Promise<readonly string[]> {
  now = new Date(Date.parse('2026-11-23T00:00:00Z') + hours * HOUR_MS)
  const asked = await refreshFrozenCards(deps)
  if (asked.length > 0) await world.query('UPDATE outbox_messages SET created_at = $1', [now])
  return asked
}
const waiting = () =>
  world.query<{ kind: string; incident_id: string }>('SELECT kind, incident_id FROM outbox_messages')

describe('the card of an incident, as a recurring freeze comes and goes', () => {
  it('is asked for once when the window begins, and once when it ends', async () => {
    expect(await tickAt(11)).toEqual([])

    expect(await tickAt(12.01)).toEqual([incidentId])
    expect(await waiting()).toEqual([{ kind: 'card', incident_id: incidentId }])
    expect(await tickAt(12.02)).toEqual([])

    await show()
    expect(await tickAt(13)).toEqual([])
    expect(await tickAt(14)).toEqual([incidentId])
    expect(await tickAt(14.01)).toEqual([])
  })

  it('that cannot be delivered is not asked for at every tick', async () => {
    await tickAt(12.01)
    await world.query(`UPDATE outbox_messages SET state = 'dead'`)

    expect(await tickAt(13)).toEqual([])
  })

  it('that was built just before the window and shown just after is asked for', async () => {
    now = new Date('2026-11-23T12:00:10Z')
    await show()

    expect(await tickAt(12.01)).toEqual([incidentId])
  })

  it('is left alone where another freeze holds anyway, the incident is over, or no window concerns it', async () => {
    await deps.stores.freezes.add({ service: null, reason: 'audit', createdBy: 'ana', forMs: HOUR_MS })
    expect(await tickAt(12.01)).toEqual([])
    await deps.stores.freezes.lift(null, 'ana')

    const elsewhere = world.replica({
      stores: deps.stores,
      settings: { freezeWindows: [{ ...NOON, services: ['cart'] }] },
    })
    expect(await refreshFrozenCards(elsewhere)).toEqual([])

    await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
    expect(await refreshFrozenCards(deps)).toEqual([])
  })
})
