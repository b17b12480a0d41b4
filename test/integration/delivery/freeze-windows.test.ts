import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openScene, openWorld } from '../decisions/world.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
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

/** One by hand, from one hour to another, or until somebody lifts it. */
async function freeze(from: number, until: number, liftedAt: number | null = null): Promise<void> {
  const hours = [from, until, liftedAt].map((hour) => (hour === null ? null : at(hour)))
  await world.query(
    `INSERT INTO freezes (service, reason, created_by, created_at, until, lifted_at) VALUES (null, 'audit', 'ana', $1, $2, $3)`,
    hours,
  )
}
const at = (hour: number) => new Date(Date.parse('2026-11-23T00:00:00Z') + hour * HOUR_MS)

/** What the tick asks for at that hour. */
async function tickAt(hour: number, on = deps): Promise<readonly string[]> {
  now = at(hour)
  return refreshFrozenCards(on)
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

  it('that cannot be delivered is asked for once a change, whatever became of its message', async () => {
    const [longAgo] = await world.query<{ id: string }>(
      `INSERT INTO outbox_messages (surface, kind, incident_id, priority, coalesce_key, payload, attempts, not_before, created_at)
       VALUES ('console', 'card', $1, 0, 'console card ' || $1, $2, 7, now() + interval '1 hour', $3) RETURNING id`,
      [incidentId, { kind: 'card', incidentId, priority: 'approval' }, at(9)],
    )
    const tries = () => world.query<{ id: string; version: number }>('SELECT id, version FROM outbox_messages')

    expect(await tickAt(12.01)).toEqual([incidentId])
    expect(await tickAt(12.02)).toEqual([])
    expect(await tries()).toEqual([{ id: longAgo?.id, version: 2 }])

    await world.query(`UPDATE outbox_messages SET state = 'dead'`)
    expect(await tickAt(12.03)).toEqual([])
    await world.query(`DELETE FROM outbox_messages`)
    expect(await tickAt(13)).toEqual([])
    expect(await tickAt(14)).toEqual([incidentId])
  })

  it('would be asked for at every tick where nobody keeps that it was (the twin)', async () => {
    const unmarked = world.replica({
      settings: deps.settings,
      stores: deps.stores,
      unitOfWork: {
        ...world.deps.unitOfWork,
        run: (work) =>
          world.deps.unitOfWork.run((stores) =>
            work({ ...stores, cardQueries: { ...stores.cardQueries, markAsked: async () => undefined } }),
          ),
      },
    })

    expect(await tickAt(12.01, unmarked)).toEqual([incidentId])
    expect(await tickAt(12.02, unmarked)).toEqual([incidentId])
  })

  it('that was built just before the window and shown just after is asked for', async () => {
    now = new Date('2026-11-23T12:00:10Z')
    await show()

    expect(await tickAt(12.01)).toEqual([incidentId])
  })

  it('is left alone where another freeze holds anyway, the incident is over, or no window concerns it', async () => {
    await freeze(9, 20)
    expect(await tickAt(12.01)).toEqual([])
    await world.query('DELETE FROM freezes')

    const elsewhere = world.replica({
      stores: deps.stores,
      settings: { freezeWindows: [{ ...NOON, services: ['cart'] }] },
    })
    expect(await refreshFrozenCards(elsewhere)).toEqual([])

    await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
    expect(await refreshFrozenCards(deps)).toEqual([])
  })
})

describe('the card of an incident, as a freeze set by hand ends', () => {
  beforeEach(() => {
    deps = world.replica({ stores: deps.stores, settings: { freezeWindows: [] } })
  })

  it('is asked for once when its time is over, and not where it had ended before the card was shown', async () => {
    await freeze(9, 11)
    await freeze(7, 8)

    expect(await tickAt(10.99)).toEqual([])
    expect(await tickAt(11.01)).toEqual([incidentId])
    expect(await waiting()).toEqual([{ kind: 'card', incident_id: incidentId }])
    expect(await tickAt(11.02)).toEqual([])
    await show()
    expect(await tickAt(20)).toEqual([])
  })

  it('is left alone where another one holds on, or a service is meant that is not its own', async () => {
    await freeze(9, 20)
    await freeze(9.5, 11)
    await world.query(
      `INSERT INTO freezes (service, reason, created_by, created_at, until) VALUES ('cart', 'audit', 'ana', $1, $2)`,
      [at(9), at(11)],
    )

    expect(await tickAt(11.01)).toEqual([])
    expect(await tickAt(20.01)).toEqual([incidentId])
  })

  it('is asked for where setting or lifting it did not reach the card', async () => {
    await freeze(10.5, 20, 12)

    expect(await tickAt(11)).toEqual([incidentId])
    expect(await tickAt(12.01)).toEqual([incidentId])
    expect(await tickAt(20.01)).toEqual([])
  })

  it('is asked for where the plan or its undo acts on that service, and not where nothing does (the twin)', async () => {
    const services = new Map(deps.catalog.services)
    services.set('shared', { ...services.get('checkout')!, name: 'shared' })
    const on = { ...deps, catalog: { services } }
    await world.query(
      `INSERT INTO freezes (service, reason, created_by, created_at, until) VALUES ('shared', 'audit', 'ana', $1, $2)`,
      [at(9), at(11)],
    )
    expect(await tickAt(11.01, on)).toEqual([])

    const made = await proposeForIncident(on, { incidentId })
    expect(made.outcome).toBe('proposed')
    now = at(10)
    await show()

    expect(await tickAt(11.01, on)).toEqual([incidentId])
    expect(await tickAt(11.02, on)).toEqual([])
  })

  it('is asked for of every incident, however many there are', async () => {
    await world.query(`
      INSERT INTO incidents SELECT (jsonb_populate_record(one, jsonb_build_object('id', 'INC-9' || n))).*
        FROM incidents AS one, generate_series(1000, 1449) AS n`)
    await world.query(
      `INSERT INTO cards (id, incident_id, surface, channel, updated_at) SELECT id, id, 'console', 'C1', $1 FROM incidents
           ON CONFLICT DO NOTHING`,
      [now],
    )
    await freeze(9, 11)

    expect(new Set(await tickAt(11.01)).size).toBe(451)
    expect(await waiting()).toHaveLength(451)
    expect(await tickAt(11.02)).toEqual([])
  })
})
