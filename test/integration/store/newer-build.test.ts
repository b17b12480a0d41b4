import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { JOB_NAMES } from '../../../src/ports/job-queue.ts'
import { OUTBOX_KINDS } from '../../../src/ports/outbox.ts'
import { openDeliveryWorld } from '../delivery/delivery-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { openTestStores } from './open-test-stores.ts'
import type { DeliveryWorld } from '../delivery/delivery-world.ts'
import type { JobName } from '../../../src/ports/job-queue.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import type { TestStores } from './open-test-stores.ts'

/** During a rolling upgrade two builds work side by side, and this is what only the newer one knows. */
const NEWER = 'incident.dance' as JobName
const COUNT = 3

describe('a kind of job that only the newer build knows', () => {
  let database: TestDatabase
  let older: TestStores
  let newer: TestStores
  let done: unknown[]
  beforeEach(async () => {
    database = await createTestDatabase()
    newer = await openTestStores(database.url, { kinds: [...JOB_NAMES, NEWER], superviseSeconds: 1 })
    older = await openTestStores(database.url, { superviseSeconds: 1 })
    done = []
  })
  afterEach(async () => {
    await older.close()
    await newer.close()
    await database.drop()
  })

  it('is left to it by the older one, which does what it knows', async () => {
    const known: unknown[] = []
    for (const name of JOB_NAMES) await older.jobs.workers.work(name, 1, async () => void known.push(name))
    await enqueue(NEWER)
    await enqueue('incident.refresh')

    await waitUntil('the older one has done what it knows', () => known.length === COUNT)

    expect(await statesOf(NEWER)).toEqual(Array.from({ length: COUNT }, () => 'created 0'))
    await newer.jobs.workers.work(NEWER, 1, async (data) => void done.push(data['number']))
    await waitUntil('the newer one has done the rest', () => done.length === COUNT)
    expect(done.toSorted()).toEqual([0, 1, 2])
    expect(await newer.jobs.listDead()).toEqual([])
  })

  it('would be lost where the older one takes it all the same (the twin)', async () => {
    let taken = 0
    await older.jobs.workers.work(NEWER, 1, async () => void (taken += 1))
    await enqueue(NEWER)
    await waitUntil('the older one has taken all', () => taken === COUNT)
    await newer.jobs.workers.work(NEWER, 1, async (data) => void done.push(data['number']))

    await waitUntil('all are over', async () => (await statesOf(NEWER)).every((state) => state === 'completed 0'))

    expect(done).toEqual([])
  })

  it('is tried again by the newer one also when somebody says so on the older one', async () => {
    let isMended = false
    await newer.jobs.workers.work(NEWER, 1, async (data) => {
      if (!isMended) throw new Error('not yet')
      done.push(data['number'])
    })
    await newer.stores.jobs.enqueue(NEWER, { number: 7 })
    await waitUntil('it is given up', async () => (await older.jobs.listDead()).length > 0, 60_000)
    isMended = true
    const [dead] = await older.jobs.listDead()

    expect(await older.jobs.retryDead([dead!.id])).toMatchObject([{ queue: NEWER }])

    await waitUntil('it is done', () => done.length > 0)
    expect(done).toEqual([7])
  })

  async function enqueue(name: JobName): Promise<void> {
    for (let number = 0; number < COUNT; number += 1) await newer.stores.jobs.enqueue(name, { number })
  }

  async function statesOf(name: string): Promise<readonly string[]> {
    const { rows } = await newer.pool.query<{ state: string }>(
      `SELECT state || ' ' || retry_count AS state FROM pgboss.job WHERE name = $1`,
      [name],
    )
    return rows.map(({ state }) => state)
  }
})

describe('a message of a kind that only the newer build knows', () => {
  let world: DeliveryWorld
  afterEach(() => world.close())

  it('waits for it, and holds up nothing that the older one knows', async () => {
    const { incidentId } = await leaveOne()

    await waitUntil('what it knows is said', () => world.slack.posts.length > 0)
    await world.openIncident('Another one')
    await world.restart()
    await waitUntil('the card of another one is there', () => world.slack.calls.filter(isCard).length > 1)

    expect(await stateOf(incidentId)).toEqual([{ state: 'waiting', begun: 0, attempts: 0 }])
  })

  it('would count as sent and reach nobody where the older one tries it (the twin)', async () => {
    const { incidentId } = await leaveOne([...OUTBOX_KINDS, 'dance'])

    await waitUntil('it is over', async () => (await stateOf(incidentId))[0]?.state === 'sent')

    expect(world.slack.posts.map(({ text }) => text)).not.toContain('Dance.')
  })

  async function leaveOne(kinds?: readonly string[]): Promise<{ readonly incidentId: string }> {
    world = await openDeliveryWorld(kinds === undefined ? {} : { kinds })
    const incidentId = await world.openIncident()
    await waitUntil('its card is there', () => world.slack.calls.some(isCard))
    await world.query(
      `INSERT INTO outbox_messages (surface, kind, incident_id, priority, payload)
       VALUES ('slack', 'dance', $1, 0, jsonb_build_object('kind', 'dance', 'incidentId', $1::text, 'text', 'Dance.'))`,
      [incidentId],
    )
    await world.deps.stores.outbox.append([{ kind: 'thread', incidentId, text: 'It ended.', priority: 'result' }])
    await world.hurry()
    return { incidentId }
  }

  const isCard = (call: string) => call === 'postCard'
  const stateOf = (incidentId: string) =>
    world.query<{ state: string }>(
      `SELECT state, begun, attempts FROM outbox_messages WHERE kind = 'dance' AND incident_id = $1`,
      [incidentId],
    )
})
