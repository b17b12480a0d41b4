import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { argocdBody, changeBody, deploymentStatusBody, fires, pushBody, resolves } from './payloads.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { Answer, IntakeWorld } from './intake-world.ts'
import type { Stores } from '../../../src/ports/stores.ts'

let world: IntakeWorld
let other: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
  other = await openIntakeWorld({ databaseUrl: world.databaseUrl })
})
afterEach(async () => {
  await other.close()
  await world.close()
})

/** What a request has done, apart from the counting of its replays. */
async function effects(of: IntakeWorld): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  const tables = [
    'deliveries',
    'alerts',
    'incidents',
    'changes',
    'change_reports',
    'timeline_entries',
    'outbox_messages',
    'audit_leaves',
  ]
  for (const table of tables) counts[table] = await of.count(table)
  return counts
}

const requests: readonly (readonly [string, (to: IntakeWorld) => Promise<Answer>])[] = [
  ['an alert that fires', (to) => to.post('/webhooks/alertmanager', fires())],
  ['an alert that is resolved', (to) => to.post('/webhooks/alertmanager', resolves())],
  ['a sync of Argo CD', (to) => to.post('/webhooks/argocd', argocdBody())],
  ['a list of changes', (to) => to.post('/webhooks/changes', [changeBody(), changeBody({ id: 2 }), { id: 3 }])],
  ['a push', (to) => to.postGithub('push', pushBody())],
  // The delivery id is not signed: a replay under a new one is a replay.
  [
    'a deployment under ever new delivery ids',
    (to) => to.postGithub('deployment_status', deploymentStatusBody(), { 'x-github-delivery': crypto.randomUUID() }),
  ],
]

describe('the same bytes again', () => {
  it.each(requests)('%s: twice, over both replicas, and fifty times at once, count once', async (_name, send) => {
    const first = await send(world)
    const before = await effects(world)

    const again = [await send(world), await send(other)]
    const crowd = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 === 0 ? world : other)))

    expect(first.status).toBe(202)
    for (const answer of [...again, ...crowd]) expect(answer).toMatchObject({ status: 202, body: first.body })
    expect(await effects(world)).toEqual(before)
    expect(await world.sql('SELECT replays FROM deliveries')).toEqual([{ replays: 52 }])
  })

  it.each(requests)('%s: fifty times at once from the start count once', async (_name, send) => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 === 0 ? world : other)))

    for (const answer of answers) expect([answer.status, answer.body]).toEqual([202, answers[0]?.body])
    expect(answers[0]?.body).toHaveProperty('accepted')
    expect(await world.sql('SELECT replays FROM deliveries')).toEqual([{ replays: 49 }])
  })

  it('after a restart count once', async () => {
    const first = await world.post('/webhooks/alertmanager', fires())
    const restarted = await openIntakeWorld({ databaseUrl: world.databaseUrl })
    const again = await restarted.post('/webhooks/alertmanager', fires())
    await restarted.close()

    expect(again.body).toEqual(first.body)
    expect(await world.count('alerts')).toBe(1)
  })

  it('under another event is another message, which its schema refuses', async () => {
    await world.postGithub('push', pushBody())
    const body = JSON.stringify(pushBody())

    expect((await world.postGithub('deployment_status', body)).status).toBe(400)
  })
})

describe('the twin that keeps no deliveries', () => {
  it('answers a replay as if it were another request', async () => {
    const careless = await openIntakeWorld({ stores: forgetDeliveries })
    try {
      const first = await careless.post('/webhooks/alertmanager', fires())
      const again = await careless.post('/webhooks/alertmanager', fires())

      expect(again.body).not.toEqual(first.body)
      expect(await careless.sql('SELECT repeats FROM alerts')).toEqual([{ repeats: 1 }])
    } finally {
      await careless.close()
    }
  })

  function forgetDeliveries(stores: Stores): Stores {
    const deliveries = { ...stores.deliveries, accept: async () => undefined, answer: async () => undefined }
    return { ...stores, deliveries }
  }
})
