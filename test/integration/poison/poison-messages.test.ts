import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../support/wait-until.ts'
import { openDeliveryWorld } from '../delivery/delivery-world.ts'
import type { DeliveryWorld } from '../delivery/delivery-world.ts'

let world: DeliveryWorld
let incidentId: string
beforeEach(async () => {
  world = await openDeliveryWorld()
  incidentId = await world.openIncident()
  await world.settle()
})
afterEach(() => world.close())

async function say(text: string): Promise<void> {
  await world.deps.stores.outbox.append([{ kind: 'thread', incidentId, text, priority: 'result' }])
}
const said = () => world.slack.posts.map((post) => post.text)
/** What a process leaves behind that was killed while it sent this message, so often. */
const crashedOn = (text: string, times: number) =>
  world.query(`update outbox_messages set begun = $2 where payload->>'text' = $1`, [text, times])
const stateOf = async (text: string) => {
  const rows = await world.query<{ state: string }>(
    `select state from outbox_messages where surface = 'slack' and payload->>'text' = $1`,
    [text],
  )
  return rows[0]?.state
}

describe('a message that ended the process that sent it', () => {
  it('three times is given up and shown among the dead letters, and the others are sent', async () => {
    await say('poison')
    await crashedOn('poison', 3)
    await say('one')
    await say('two')
    await world.settle()

    expect(said().join('\n').split('\n')).toEqual(['one', 'two'])
    expect(await stateOf('poison')).toBe('dead')
    const dead = await world.deps.stores.deadLetters.list(10)
    expect(dead[0]?.reason).toContain('stopped 3 times in a row')
  })

  it('once or twice is sent alone, after the others, and so are those that were merely sent beside it', async () => {
    await say('suspect one')
    await say('suspect two')
    await crashedOn('suspect one', 2)
    await crashedOn('suspect two', 1)
    await say('fresh')
    await world.settle()

    expect(said()).toEqual(['fresh', 'suspect one', 'suspect two'])
  })

  it('is not suspected when its try came to an end, if a bad one', async () => {
    world.slack.isDown = true
    await say('in the middle')
    await waitUntil('it was tried', async () => {
      await world.hurry()
      const rows = await world.query<{ attempts: number }>(
        `select attempts from outbox_messages where surface = 'slack' and payload->>'text' = 'in the middle'`,
      )
      return (rows[0]?.attempts ?? 0) > 0
    })
    world.slack.isDown = false
    await world.settle()

    expect(said()).toEqual(['in the middle'])
  })
})
