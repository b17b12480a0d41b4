import { afterEach, describe, expect, it } from '@jest/globals'
import { openDeliveryWorld } from './delivery-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { DeliveryWorld } from './delivery-world.ts'
import type { OutboxQueue, WaitingMessage } from '../../../src/ports/outbox.ts'

const TEXT = 'The run ended.'
const ANA = { id: 'ana', name: 'Ana', slack: { team: 'T1', user: 'U-ana' }, teams: null, roles: [], groups: [] }

let world: DeliveryWorld
afterEach(() => world.close())

/** Slack's list of what is due, answered once more after all that it names was sent, as a busy database may do. */
function withSlowList(queue: OutboxQueue, seen: Map<string, WaitingMessage>, onRepeated: () => void): OutboxQueue {
  return {
    ...queue,
    listDue: async (surface, limit) => {
      const due = await queue.listDue(surface, limit)
      if (surface !== 'slack') return due
      for (const message of due) if (!seen.has(message.id)) seen.set(message.id, message)
      if (due.length > 0 || seen.size === 0) return due
      onRepeated()
      return [...seen.values()]
    },
  }
}

/** Says something to Ana, and waits until the list of it was given a second time and a third. */
async function sayUnderSlowLists(bend: (queue: OutboxQueue) => OutboxQueue = (queue) => queue): Promise<void> {
  const seen = new Map<string, WaitingMessage>()
  let repeated = 0
  const countRepeated = () => {
    repeated += 1
  }
  world = await openDeliveryWorld({
    people: [ANA],
    bendQueue: (queue) => bend(withSlowList(queue, seen, countRepeated)),
  })
  const direct = { kind: 'direct', incidentId: null, personId: 'ana', text: TEXT, priority: 'result' } as const
  await world.deps.stores.outbox.append([direct])
  await waitUntil('the slow lists were used', async () => {
    await world.hurry()
    return repeated > 2
  })
}

const said = () => world.slack.posts.map(({ text }) => text)

describe('a list of what is due that took long', () => {
  it('sends nothing once more', async () => {
    await sayUnderSlowLists()

    expect(said()).toEqual([TEXT])
  })

  it('sends it again where nobody looks before the send whether it is due still (the twin)', async () => {
    await sayUnderSlowLists((queue) => ({
      ...queue,
      begin: async (messages) => {
        await queue.begin(messages)
        return messages
      },
    }))

    await waitUntil('it is said again', () => said().length > 1)
  })
})
