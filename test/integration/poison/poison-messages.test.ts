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

const messageOf = (text: string) => ({ kind: 'thread', incidentId, text, priority: 'result' }) as const
const say = (text: string) => world.deps.stores.outbox.append([messageOf(text)])
const said = () => world.slack.posts.map((post) => post.text)
/** In one transaction: a deliverer that is awake would send the first one before the last is there. */
const sayAll = (...texts: readonly string[]) =>
  world.deps.unitOfWork.run((stores) => stores.outbox.append(texts.map(messageOf)))

/** What a process leaves behind that was killed so often while it sent these messages; to be said before they are there. */
async function leftBehind(times: Readonly<Record<string, number>>): Promise<void> {
  const cases = Object.entries(times).map(([text, count]) => `WHEN '${text}' THEN ${String(count)}`)
  await world.query(
    `CREATE FUNCTION crashed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       NEW.begun := CASE NEW.payload->>'text' ${cases.join(' ')} ELSE 0 END;
       RETURN NEW; END $$`,
  )
  await world.query(`CREATE TRIGGER crashed BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION crashed()`)
}

const stateOf = async (text: string) => {
  const rows = await world.query<{ state: string }>(
    `select state from outbox_messages where surface = 'slack' and payload->>'text' = $1`,
    [text],
  )
  return rows[0]?.state
}

describe('a message that ended the process that sent it', () => {
  it('three times is given up and shown among the dead letters, and the others are sent', async () => {
    await leftBehind({ poison: 3 })
    await sayAll('poison', 'one', 'two')
    await world.settle()

    expect(said().join('\n').split('\n')).toEqual(['one', 'two'])
    expect(await stateOf('poison')).toBe('dead')
    const dead = await world.deps.stores.deadLetters.list(10)
    expect(dead[0]?.reason).toContain('stopped 3 times in a row')
  })

  it('once or twice is sent alone, after the others, and so are those that were merely sent beside it', async () => {
    await leftBehind({ 'suspect one': 2, 'suspect two': 1 })
    await sayAll('suspect one', 'suspect two', 'fresh')
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
