import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDeliveryWorld } from './delivery-world.ts'
import { versionOf } from '../../../src/domain/digest-configuration.ts'
import type { ConfigurationChange } from '../../../src/domain/configuration.ts'
import type { DeliveryWorld } from './delivery-world.ts'

let world: DeliveryWorld
let change: ConfigurationChange
beforeEach(async () => {
  world = await openDeliveryWorld()
  const { configuration } = world.deps.stores
  const version = versionOf([
    { kind: 'policy', path: 'decisions.cedar', text: 'permit (principal, action, resource);' },
  ])
  await configuration.keepVersion(version, [])
  change = await configuration.addChange({ digest: version.digest, parent: null, review: 'two-people', seenBy: 'test' })
  await tell()
})
afterEach(() => world.close())

async function tell(): Promise<void> {
  const { id: changeId } = change
  await world.deps.stores.outbox.append([{ kind: 'configuration', incidentId: null, changeId, priority: 'approval' }])
  await world.settle()
}

const shown = () => world.slack.changes.map(({ view }) => view.state)
const letters = async () => (await world.deps.stores.deadLetters.list(10)).map(({ reason }) => reason)
const reject = () => world.deps.stores.configuration.close(change.id, 'rejected', 'no')

describe('the message of a change of the configuration', () => {
  it('is brought up to date as soon as somebody has replaced the token', async () => {
    expect(shown()).toEqual(['pending'])
    await reject()
    world.slack.failNext('updateConfiguration', 'no_access', 'no_access')
    await tell()

    expect(shown()).toEqual(['rejected'])
    expect(await letters()).toEqual([])
  })

  it('is left alone where somebody deleted it (the twin: that one is not tried again)', async () => {
    await reject()
    world.slack.changes.length = 0
    await tell()

    expect(shown()).toEqual([])
    expect(await letters()).toEqual([])
  })

  it('is shown to people as not delivered where the platform refuses it for another reason', async () => {
    await reject()
    world.slack.failNext('updateConfiguration', 'refused')
    await tell()

    expect(shown()).toEqual(['pending'])
    expect(await letters()).toEqual([expect.stringContaining('too long')])
  })
})
