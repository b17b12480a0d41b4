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
  const ask = () => world.deps.stores.outbox.append([{ kind: 'picture', incidentId, priority: 'chatter' }])
  const suspect = (changeId: string, probability = 0.8) =>
    world.deps.stores.findings.save(incidentId, {
      suspects: [
        { changeId, service: 'checkout', kind: 'deploy', at: new Date(), revision: changeId, probability, reasons: [] },
      ],
    })
  const alert = (status: 'firing' | 'resolved') =>
    world.deps.stores.alerts.upsert([
      {
        ...{ incidentId, fingerprint: 'f', source: 'alertmanager', status, name: 'HighErrorRate', service: 'checkout' },
        ...{ environment: 'production', severity: 'SEV3', labels: {}, annotations: {}, generatorUrl: null },
        ...{ startsAt: FIRED, endsAt: status === 'firing' ? null : new Date() },
      },
    ])
  const FIRED = new Date()
  /** A change of a picture waits for half a minute after the last; the database's clock is not ours to turn. */
  const passHalfAMinute = () => world.query(`update shown_pictures set shown_at = shown_at - interval '31 seconds'`)
  const askAgain = async () => {
    await passHalfAMinute()
    await ask()
    await world.settle()
  }
  const timesShown = () => world.slack.pictures.map(({ shown }) => shown.length)

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

  it('is changed where it stands when suspects come and when nothing fires any more, and for nothing else', async () => {
    await measure()
    await alert('firing')
    await ask()
    await world.settle()
    await suspect('CHG-1')
    await askAgain()
    await suspect('CHG-1', 0.9)
    await askAgain()
    expect(timesShown()).toEqual([2])
    expect(world.slack.pictures[0]?.picture.words).toContain('A: deploy of checkout to CHG-1')

    await alert('resolved')
    await askAgain()

    expect(timesShown()).toEqual([3])
    expect(world.teams.pictures.map(({ shown }) => shown.length)).toEqual([3])
    expect(world.slack.posts).toEqual([])
  })

  it('is posted again where nobody remembers it (the twin)', async () => {
    await measure()
    await ask()
    await world.settle()
    await world.query('delete from shown_pictures')
    await suspect('CHG-1')
    await askAgain()

    expect(timesShown()).toEqual([1, 1])
  })

  it('is changed once for all that comes within half a minute', async () => {
    await measure()
    await ask()
    await world.settle()
    for (const changeId of ['CHG-1', 'CHG-2', 'CHG-3']) {
      await suspect(changeId)
      await ask()
      await world.hurry()
    }
    await waitUntil('each surface has looked at it and waits', async () => {
      const [row] = await world.query<{ count: number }>(
        `select count(*)::int as count from outbox_messages
          where kind = 'picture' and state = 'waiting' and not_before > clock_timestamp() + interval '1 second'`,
      )
      return row?.count === 2
    })
    expect(timesShown()).toEqual([1])

    await passHalfAMinute()
    await world.settle()

    expect(timesShown()).toEqual([2])
    expect(world.slack.pictures[0]?.picture.words).toContain('CHG-3')
  })

  it('is changed only so often, and the last time is kept for when nothing fires any more', async () => {
    await measure()
    await alert('firing')
    await ask()
    await world.settle()
    for (let number = 1; number <= 8; number += 1) {
      await suspect(`CHG-${String(number)}`)
      await askAgain()
    }
    expect(timesShown()).toEqual([5])

    await alert('resolved')
    await askAgain()
    await suspect('CHG-9')
    await askAgain()

    expect(timesShown()).toEqual([6])
  })

  it('is left alone where somebody deleted it', async () => {
    await measure()
    await ask()
    await world.settle()
    world.slack.pictures.length = 0
    await suspect('CHG-1')
    await askAgain()

    expect(world.slack.pictures).toEqual([])
    expect((await world.deps.stores.outboxQueue.describe()).dead).toBe(0)
  })

  it('is changed once when the answer to the change was lost, and not posted anew', async () => {
    await measure()
    await ask()
    await world.settle()
    await suspect('CHG-1')
    world.slack.failNext('updatePicture', 'lost')
    await askAgain()

    expect(world.slack.pictures).toHaveLength(1)
    expect(world.slack.pictures[0]?.picture.words).toContain('CHG-1')
  })

  it('shows what is true now, also where the first was found again after other suspects came', async () => {
    await measure()
    world.slack.failNext('postPicture', 'lost')
    await ask()
    await waitUntil('the answer was lost', () => world.slack.pictures.length === 1)
    await suspect('CHG-1')
    await ask()
    // Not until nothing waits: in Teams the first arrived, and there the change waits for half a minute.
    await waitUntil('Slack shows the suspect', async () => {
      await world.hurry()
      return world.slack.pictures[0]?.picture.words.includes('CHG-1') === true
    })

    expect(world.slack.pictures).toHaveLength(1)
  })

  it('is changed as soon as somebody has replaced the token', async () => {
    await measure()
    await ask()
    await world.settle()
    await suspect('CHG-1')
    world.slack.failNext('updatePicture', 'no_access')
    await askAgain()

    expect(timesShown()).toEqual([2])
    expect(world.slack.pictures[0]?.picture.words).toContain('CHG-1')
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
