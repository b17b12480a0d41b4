import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDeliveryWorld } from './delivery-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { DeliveryWorld } from './delivery-world.ts'

let world: DeliveryWorld
let incidentId: string
beforeEach(async () => {
  world = await openDeliveryWorld()
  incidentId = await world.openIncident()
  await world.settle()
})
afterEach(() => world.close())

async function say(...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await world.deps.stores.outbox.append([{ kind: 'thread', incidentId, text, priority: 'result' }])
  }
}
const said = () => world.slack.posts.map((post) => post.text)

describe('a post in a thread whose answer was lost', () => {
  it('is said once where the platform lets one look', async () => {
    world.slack.failNext('postInThread', 'lost')
    await say('The run ended.')
    await world.settle()

    expect(said()).toEqual(['The run ended.'])
  })

  it('is said twice where it does not, rather than never (the twin)', async () => {
    world.slack.canLookForPosts = false
    world.slack.failNext('postInThread', 'lost')
    await say('The run ended.')
    await world.settle()

    expect(said()).toEqual(['The run ended.', 'The run ended.'])
  })

  it('is looked for also when the process died before it could note anything', async () => {
    await say('The run ended.')
    await world.settle()
    // What a kill between the post and its mark leaves behind.
    await world.query(`update outbox_messages set state = 'sending', sent_at = null where kind = 'thread'`)

    await world.restart()
    await world.settle()

    expect(said()).toEqual(['The run ended.'])
  })

  it('takes with it what was said in the same post', async () => {
    world.slack.isDown = true
    await say('one', 'two', 'three')
    await world.hurry()
    world.slack.isDown = false
    world.slack.failNext('postInThread', 'lost')
    await world.settle()

    expect(said().join('\n').split('\n')).toEqual(['one', 'two', 'three'])
  })
})

describe('after an outage', () => {
  it('what was to be said in one thread is one post, not one a line', async () => {
    world.slack.isDown = true
    await say(...Array.from({ length: 30 }, (_, index) => `update ${String(index)}`))
    await world.hurry()
    await waitUntil('it was tried', () => world.slack.calls.includes('postInThread'))

    world.slack.isDown = false
    await world.settle()

    expect(world.slack.posts.length).toBeLessThanOrEqual(2)
    expect(said().at(-1)).toContain('update 29')
  })
})

describe('a platform that asks to wait', () => {
  it('for one method is not kept from the others', async () => {
    world.slack.busyMs = 3_600_000
    world.slack.failNext('updateCard', 'busy')
    await world.deps.stores.incidents.patch(incidentId, { severity: 'SEV1' })
    await world.deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'approval' }])
    await world.hurry()
    await waitUntil(
      'it was asked to wait',
      () => world.slack.calls.filter((call) => call === 'updateCard').length === 1,
    )

    await say('The run ended.')
    const other = await world.openIncident('Another one')

    await waitUntil('the post is there', async () => {
      await world.hurry()
      return said().length === 1
    })
    await waitUntil('the other card is there', () => world.slack.cardsOf(other).length === 1)
    expect(world.slack.calls.filter((call) => call === 'updateCard')).toHaveLength(1)
  })
})

describe('the incident’s picture', () => {
  const measure = () =>
    world.deps.stores.evidence.save([
      {
        ...{ incidentId, key: 'metric:errors', kind: 'metric', source: 'Prometheus', at: new Date(), fact: 'It rose.' },
        ...{
          url: null,
          data: { alert: 'HighErrorRate', points: [[Date.now() / 1000 - 60, 1] as number[], [Date.now() / 1000, 2]] },
        },
      },
    ])
  const ask = () =>
    world.deps.stores.outbox.append([
      { kind: 'picture', incidentId, key: `picture ${incidentId}`, priority: 'chatter' },
    ])

  it('is posted once below the card on each surface, however often it is asked for and its answer is lost', async () => {
    await measure()
    world.slack.failNext('postPicture', 'lost')
    await ask()
    await world.settle()
    await ask()
    await world.settle()

    expect(world.slack.pictures).toHaveLength(1)
    expect(world.teams.pictures).toHaveLength(1)
    expect(world.slack.pictures[0]?.picture).toMatchObject({ name: incidentId, png: expect.any(Uint8Array) })
    expect(world.slack.pictures[0]?.picture.words).toContain('HighErrorRate')
  })

  it('is posted twice where nobody can look for it (the twin)', async () => {
    await measure()
    world.slack.canLookForPosts = false
    world.slack.failNext('postPicture', 'lost')
    await ask()
    await world.settle()

    expect(world.slack.pictures).toHaveLength(2)
  })

  it('is told in words where it cannot be made', async () => {
    await measure()
    world.deps.pictures.toPng = () => Promise.reject(new Error('no memory'))
    await ask()
    await world.settle()

    expect(world.slack.pictures.map(({ picture }) => picture.png)).toEqual([null])
  })

  it('is none while nothing was measured', async () => {
    await ask()
    await world.settle()

    expect(world.slack.pictures).toHaveLength(0)
  })
})
