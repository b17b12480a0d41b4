import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BO, DI, openWorld } from '../decisions/world.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { findIncident } from '../../../src/orchestrator/verbs/find-incident.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openDeliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import { openSlackWorld } from '../../contract/slack/slack-world.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Database, OpenDatabase } from '../../../src/store/database.ts'
import type { Deliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FakeChannel } from '../../fakes/slack/fake-slack-rooms.ts'
import type { IncidentRoom } from '../../../src/ports/room-store.ts'
import type { Severity } from '../../../src/domain/severity.ts'
import type { SlackWorld } from '../../contract/slack/slack-world.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import type { World } from '../decisions/world.ts'

let world: World
let database: TestDatabase
let connection: OpenDatabase
let admin: OpenDatabase
let deps: Deps
let slack: SlackWorld
let deliverer: Deliverer
let wake: () => void = () => undefined

beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, DI].map((person) => ({ ...person, slack: { team: 'T0001', user: `U-${person.id}` } }))
  database = await createTestDatabase()
  connection = await openDatabase({ url: database.url, applicationName: 'rooms', maxConnections: 4 })
  admin = await openDatabase({ url: database.ownerUrl, applicationName: 'rooms-admin', maxConnections: 1 })
  const queueOf = () => ({ enqueue: async () => undefined })
  const bind = (db: Database) => openStores(db, { surfaces: ['slack'], queueOf })
  const routes = [{ surface: 'slack', owner: null, severity: null, channel: 'C0001' }] as const
  const settings = { routes, roomFrom: 'SEV2', publicUrl: 'https://countersign.example.com' } as const
  deps = {
    ...world.replica({ settings }),
    stores: bind(connection.db),
    unitOfWork: createUnitOfWork(connection.pool, bind),
  }
})
afterAll(async () => {
  await connection.close()
  await admin.close()
  await database.drop()
  await world.close()
})
beforeEach(async () => {
  slack = await openSlackWorld()
  start()
})
afterEach(async () => {
  await deliverer.close()
  await slack.close()
})

function start(): void {
  const listen = (_signal: unknown, onSignal: (payload: string) => void) => {
    wake = () => onSignal('')
    return () => undefined
  }
  deliverer = openDeliverer(deps, slack.slack.surface, { listen, close: async () => undefined }, slack.slack.rooms)
}

async function hurry(): Promise<void> {
  await admin.pool.query(
    `update outbox_messages set not_before = clock_timestamp() where state in ('waiting', 'sending')`,
  )
  wake()
}
/** At Slack's own pace: who asks sooner spends the budget of updates on it. */
const settle = () =>
  waitUntil('nothing waits', async () => (await deps.stores.outboxQueue.describe()).waiting === 0, 30_000)

async function openIncident(severity: Severity = 'SEV2'): Promise<string> {
  const incident = await deps.stores.incidents.open({
    ...{ title: 'Many errors', service: 'checkout', environment: 'production' },
    ...{ severity, origin: 'declared', onsetAt: new Date() },
  })
  await show(incident.id)
  return incident.id
}
async function show(incidentId: string): Promise<void> {
  await deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'status' }])
  await hurry()
}

async function roomOf(incidentId: string): Promise<IncidentRoom> {
  const room = await deps.stores.rooms.find(incidentId, 'slack')
  if (room === undefined) throw new Error(`${incidentId} has no room.`)
  return room
}
const madeFor = (incidentId: string): readonly FakeChannel[] =>
  slack.fake.rooms.made.filter(
    ({ name, creator }) => creator === 'UBOT' && name.startsWith(`${incidentId.toLowerCase()}-`),
  )
const cardsIn = (channel: string | undefined) =>
  slack.fake.messagesIn(channel ?? '').filter((message) => message.threadTs === null)
const toldInThread = () =>
  slack.fake.messagesIn('C0001').flatMap(({ threadTs, text }) => (threadTs === null ? [] : [text]))

/** Everything is there, and each once. */
function expectWhole(incidentId: string): FakeChannel {
  const [channel, ...others] = madeFor(incidentId)
  if (channel === undefined) throw new Error('No channel was made.')
  expect(others).toEqual([])
  expect(channel.topic).toContain(`${incidentId} · SEV2 · checkout · open`)
  expect(channel.members.toSorted()).toEqual(['U-ana', 'U-di', 'UBOT'])
  expect(cardsIn(channel.id)).toHaveLength(1)
  expect(channel.pins).toEqual(cardsIn(channel.id).map((message) => message.ts))
  expect(channel.bookmarks).toEqual([
    { title: 'Console', link: `https://countersign.example.com/incidents/${incidentId}` },
  ])
  return channel
}

describe('an incident of the configured severity', () => {
  it('gets a channel with topic, card, pin, bookmarks, and the owning group in it', async () => {
    const incidentId = await openIncident()
    await settle()

    expectWhole(incidentId)
    expect(cardsIn('C0001')).toHaveLength(1)
    expect(await roomOf(incidentId)).toMatchObject({ state: 'open', detail: null })
  })

  it('gets it when it becomes that severe; below it there is none', async () => {
    const incidentId = await openIncident('SEV3')
    await settle()
    expect(madeFor(incidentId)).toEqual([])

    await deps.stores.incidents.patch(incidentId, { severity: 'SEV2' })
    await show(incidentId)
    await settle()

    expectWhole(incidentId)
  })

  it('is meant by every verb in that channel, also when it is resolved, which the topic then says', async () => {
    const incidentId = await openIncident()
    await settle()
    const channel = expectWhole(incidentId)

    await deps.stores.incidents.move(incidentId, ['open'], 'resolved')
    await show(incidentId)
    await settle()

    expect(channel.topic).toMatch(/ · resolved \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    const account = { surface: 'slack', tenant: 'T0001', user: 'U-ana', displayName: 'Ana' } as const
    const place = { surface: 'slack', account, channel: channel.id, message: null } as const
    const request = { verb: 'reopen', incidentId: null, share: false, words: [], rest: '' } as const
    expect((await findIncident(deps, { request, person: ANA, place })).id).toBe(incidentId)
  })

  it('keeps the copies of its card the same', async () => {
    const incidentId = await openIncident()
    await settle()
    const channel = expectWhole(incidentId)

    await deps.stores.incidents.patch(incidentId, { severity: 'SEV1' })
    await show(incidentId)
    await settle()

    expect([...cardsIn('C0001'), ...cardsIn(channel.id)].map(({ text }) => text.includes('SEV1'))).toEqual([true, true])
    expect(channel.topic).toContain('SEV1')
  })
})

describe('making a channel, when things go wrong', () => {
  const STEPS = [
    'conversations.create',
    'conversations.setTopic',
    'conversations.invite',
    'bookmarks.add',
    'pins.add',
  ] as const

  it.each(STEPS)('loses the answer of %s, and still ends with one of each', async (method) => {
    slack.fake.failNext(method, { kind: 'answer_lost' })
    const incidentId = await openIncident()
    await settle()

    expectWhole(incidentId)
    expect(cardsIn('C0001')).toHaveLength(1)
  })

  it.each(STEPS)('is stopped while it asks for %s, and the next process goes on', async (method) => {
    slack.fake.failNext(method, { kind: 'hang' })
    const incidentId = await openIncident()
    await waitUntil('it is in the middle of it', () => slack.fake.callsOf(method).length === 1)

    await deliverer.close()
    start()
    await settle()

    expectWhole(incidentId)
  })

  it('takes another name when somebody has this one', async () => {
    const { rows } = await admin.pool.query<{ next: string }>(`select 1 + count(*) as next from incidents`)
    const next = `inc-${String(rows[0]?.next)}-checkout-many-errors`
    slack.fake.rooms.occupy(next)
    const incidentId = await openIncident()
    await settle()

    expect(expectWhole(incidentId).name).toBe(`${next}-2`)
  })

  it('waits as long as Slack asks, while the card is there already', async () => {
    slack.fake.failNext('conversations.create', { kind: 'rate_limited', seconds: 1 })
    const incidentId = await openIncident()
    await waitUntil('the card is there', () => cardsIn('C0001').length === 1)
    await settle()

    expectWhole(incidentId)
  })

  it('says in the thread what is missing, and goes on when it is mended', async () => {
    slack.fake.failNext('conversations.create', { kind: 'error', code: 'missing_scope' })
    const incidentId = await openIncident()
    await settle()

    expect(toldInThread().join()).toMatch(/has no channel of its own: .*missing_scope.*countersign outbox retry all/)
    expect(await roomOf(incidentId)).toMatchObject({ state: 'failed', channel: null })
    const [letter] = await deps.stores.deadLetters.list(1)
    expect(letter?.message).toMatchObject({ kind: 'room', incidentId })

    await deps.stores.deadLetters.revive([letter?.id ?? ''])
    wake()
    await settle()
    expectWhole(incidentId)
  })

  it('does without what is refused, says so, and does not take Slack for lost', async () => {
    const refusal = { kind: 'error', code: 'missing_scope' } as const
    slack.fake.failNext('bookmarks.list', ...Array.from({ length: 20 }, () => refusal))
    const incidentId = await openIncident()
    await settle()

    const [channel] = madeFor(incidentId)
    expect(channel?.pins).toHaveLength(1)
    expect(channel?.bookmarks).toEqual([])
    expect(toldInThread().join()).toMatch(/is not set up in full: .*missing_scope/)
    expect((await deps.stores.surfaceStates.list()).every((state) => state.isReachable)).toBe(true)
  })

  it('leaves out who cannot be invited', async () => {
    slack.fake.rooms.unknownUsers.add('U-di')
    const incidentId = await openIncident()
    await settle()

    expect(madeFor(incidentId)[0]?.members).toEqual(['UBOT', 'U-ana'])
    expect((await roomOf(incidentId)).detail).toBeNull()
  })

  it('that people archive later keeps no card from its other channel', async () => {
    const incidentId = await openIncident()
    await settle()
    slack.fake.channels.archived.add(expectWhole(incidentId).id)

    await deps.stores.incidents.patch(incidentId, { severity: 'SEV1' })
    await show(incidentId)
    await settle()

    expect(cardsIn('C0001').at(-1)?.text).toContain('SEV1')
  })
})
