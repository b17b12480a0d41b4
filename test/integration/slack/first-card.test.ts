import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createFirstCards } from '../../../src/orchestrator/outbox/first-cards.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { hashOfView } from '../../../src/orchestrator/outbox/hash-of-view.ts'
import { ingestAlerts } from '../../../src/orchestrator/ingest-alerts.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openDeliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import { openSlackWorld } from '../../contract/slack/slack-world.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { openWorld } from '../decisions/world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Database, OpenDatabase } from '../../../src/store/database.ts'
import type { Deliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { SlackWorld } from '../../contract/slack/slack-world.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import type { World } from '../decisions/world.ts'

let world: World
let database: TestDatabase
let connection: OpenDatabase
let deps: Deps
let slack: SlackWorld
let deliverer: Deliverer
let count = 0

beforeAll(async () => {
  world = await openWorld()
  database = await createTestDatabase()
  connection = await openDatabase({ url: database.url, applicationName: 'first-card', maxConnections: 4 })
})
afterAll(async () => {
  await connection.close()
  await database.drop()
  await world.close()
})
beforeEach(async () => {
  slack = await openSlackWorld()
  const queueOf = () => ({ enqueue: async () => undefined })
  const bind = (db: Database) => openStores(db, { surfaces: ['slack'], queueOf })
  deps = {
    ...world.replica({ settings: { routes: [{ surface: 'slack', owner: null, severity: null, channel: 'C0001' }] } }),
    stores: bind(connection.db),
    unitOfWork: createUnitOfWork(connection.pool, bind),
    firstCards: createFirstCards(),
  }
  // Nothing wakes it but its own polling: what comes at once came by the short way.
  deliverer = openDeliverer(deps, slack.slack.surface, { listen: () => () => undefined, close: async () => undefined })
  await waitUntil('the deliverer holds its lease', () => mayPostAtOnce(deps))
})
afterEach(async () => {
  await deliverer.close()
  await slack.close()
})

function mayPostAtOnce(where: Deps): boolean {
  const places = where.firstCards.reserve('INC-0', () => `C-probe-${String((count += 1))}`)
  where.firstCards.release(places)
  return places.length > 0
}

/** Each alert is of an environment of its own, so that each opens an incident. */
async function fire(where: Deps = deps): Promise<string> {
  count += 1
  const labels = { alertname: 'HighErrorRate', service: 'checkout', environment: `cell-${String(count)}` }
  const body = Buffer.from(JSON.stringify(labels))
  await ingestAlerts(where, {
    ...{ source: 'alertmanager', key: String(count), body, rejected: [] },
    alerts: [
      {
        ...{ source: 'alertmanager', sourceFingerprint: null, status: 'firing', labels },
        ...{ annotations: { summary: 'Many errors' }, startsAt: new Date(), endsAt: null, generatorUrl: null },
      },
    ],
  })
  const [newest] = await deps.stores.incidents.list({ limit: 1 })
  if (newest === undefined) throw new Error('No incident was opened.')
  return newest.id
}

const cardsOf = (incidentId: string) =>
  slack.fake
    .messagesIn('C0001')
    .filter(({ metadata }) => String(metadata?.event_payload['card_id']).startsWith(`${incidentId}/`))
const isSettled = async () => (await deps.stores.outboxQueue.describe()).waiting === 0

describe('the first card of a new incident', () => {
  it('shows what is read of it afterwards, and is posted once', async () => {
    const id = await fire()
    await waitUntil('the outbox is settled', isSettled)

    const view = await loadIncidentView(deps, id)
    const [card] = await deps.stores.cards.listByIncident(id)
    expect(cardsOf(id)).toHaveLength(1)
    expect(card?.shownHash).toBe(view === undefined ? 'nothing' : hashOfView(view))
    expect(slack.fake.callsOf('chat.update')).toHaveLength(0)
  })

  it('is looked for when its answer was lost, and stands once', async () => {
    slack.fake.failNext('chat.postMessage', { kind: 'answer_lost' })

    const id = await fire()
    await waitUntil('the outbox is settled', isSettled)

    expect(cardsOf(id)).toHaveLength(1)
    expect((await deps.stores.cards.listByIncident(id))[0]?.reference).not.toBeNull()
  })

  it('comes later when Slack asks to wait', async () => {
    slack.fake.failNext('chat.postMessage', { kind: 'rate_limited', seconds: 1 })

    const id = await fire()
    await waitUntil('the outbox is settled', isSettled)

    expect(cardsOf(id)).toHaveLength(1)
  })

  it('is not posted when the transaction does not stand, and holds nothing up', async () => {
    const breaking: Deps = {
      ...deps,
      unitOfWork: {
        ...deps.unitOfWork,
        run: (work) =>
          deps.unitOfWork.run(async (stores) => {
            await work(stores)
            throw new Error('the power is gone')
          }),
      },
    }

    await expect(fire(breaking)).rejects.toThrow('the power is gone')
    const id = await fire()
    await waitUntil('the outbox is settled', isSettled)

    expect(slack.fake.callsOf('chat.postMessage')).toHaveLength(1)
    expect(cardsOf(id)).toHaveLength(1)
  })

  it('is left to the outbox where no deliverer of this process holds the lease', async () => {
    const other = { ...deps, settings: { ...deps.settings, replicaId: 'r-other' }, firstCards: createFirstCards() }
    const standby = openDeliverer(other, slack.slack.surface, {
      listen: () => () => undefined,
      close: async () => undefined,
    })

    const id = await fire(other)
    const places = other.firstCards.reserve(id, () => 'C0001')
    await waitUntil('the outbox is settled', isSettled)
    await standby.close()

    expect(places).toHaveLength(0)
    expect(cardsOf(id)).toHaveLength(1)
  })
})
