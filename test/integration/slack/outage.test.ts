import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase } from '../../support/postgres.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
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
import type { Severity } from '../../../src/domain/severity.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import type { World } from '../decisions/world.ts'

let world: World
let database: TestDatabase
let connection: OpenDatabase
let deps: Deps
let slack: SlackWorld
let deliverer: Deliverer
let wake: () => void

beforeAll(async () => {
  world = await openWorld()
  database = await createTestDatabase()
  connection = await openDatabase({ url: database.url, applicationName: 'outage', maxConnections: 4 })
  const queueOf = () => ({ enqueue: async () => undefined })
  const bind = (db: Database) => openStores(db, { surfaces: ['slack'], queueOf })
  deps = {
    ...world.replica({ settings: { routes: [{ surface: 'slack', owner: null, severity: null, channel: 'C0001' }] } }),
    stores: bind(connection.db),
    unitOfWork: createUnitOfWork(connection.pool, bind),
  }
})
afterAll(async () => {
  await connection.close()
  await database.drop()
  await world.close()
})
beforeEach(async () => {
  slack = await openSlackWorld()
  deliverer = openDeliverer(deps, slack.slack.surface, {
    listen: (_signal, onSignal) => {
      wake = () => onSignal('')
      return () => undefined
    },
    close: async () => undefined,
  })
})
afterEach(async () => {
  await deliverer.close()
  await slack.close()
})

const cards = () => slack.fake.messagesIn('C0001').filter(({ threadTs }) => threadTs === null)
const isQuiet = async () => (await deps.stores.outboxQueue.describe()).waiting === 0

async function openIncident(): Promise<string> {
  const incident = await deps.stores.incidents.open({
    ...{ title: 'Many errors', service: 'checkout', environment: 'production' },
    ...{ severity: 'SEV3', origin: 'declared', onsetAt: new Date() },
  })
  return incident.id
}

async function show(incidentId: string, priority: 'approval' | 'status' = 'status'): Promise<void> {
  await deps.stores.outbox.append([{ kind: 'card', incidentId, priority }])
  wake()
}

async function change(incidentId: string, severity: Severity): Promise<void> {
  await deps.stores.incidents.patch(incidentId, { severity })
  await show(incidentId)
}

describe('cards and a Slack that is not well', () => {
  it('come once it is back, each once, as things stand then', async () => {
    slack.fake.setOutage(true)
    const incidentId = await openIncident()
    await show(incidentId)
    await change(incidentId, 'SEV2')
    await change(incidentId, 'SEV1')
    await waitUntil(
      'it was tried',
      async () => (await deps.stores.cards.listByIncident(incidentId))[0]?.attemptedAt != null,
    )

    slack.fake.setOutage(false)

    await waitUntil('the card is there', () => cards().length === 1)
    await waitUntil('nothing waits', isQuiet)
    expect(cards()).toHaveLength(1)
    expect(cards()[0]?.text).toContain('SEV1')
  })

  it('are not doubled when the answer to a post is lost', async () => {
    slack.fake.failNext('chat.postMessage', { kind: 'answer_lost' })
    const incidentId = await openIncident()
    await show(incidentId, 'approval')

    await waitUntil('nothing waits', isQuiet)
    expect(cards()).toHaveLength(1)
    expect(slack.fake.callsOf('conversations.history')).toHaveLength(1)
  })

  it('wait as long as Slack asks, and then show the last state of many', async () => {
    const incidentId = await openIncident()
    await show(incidentId)
    await waitUntil('the card is there', () => cards().length === 1)
    slack.fake.failNext('chat.update', { kind: 'rate_limited', seconds: 1 })

    for (const severity of ['SEV4', 'SEV3', 'SEV2', 'SEV1'] as const) await change(incidentId, severity)

    await waitUntil('nothing waits', isQuiet)
    expect(cards()[0]?.text).toContain('SEV1')
    expect(cards()[0]?.updates).toBeLessThanOrEqual(3)
  })

  it('that nobody will ever take are buried, and block no other', async () => {
    slack.fake.channels.archived.add('C0001')
    const hopeless = await openIncident()
    await show(hopeless)
    await waitUntil('it is given up', async () => (await deps.stores.outboxQueue.describe()).dead === 1)

    slack.fake.channels.archived.clear()
    await show(await openIncident())

    await waitUntil('the other card is there', () => cards().length === 1)
  })
})
