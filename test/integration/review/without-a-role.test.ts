import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DI, openScene, openWorld, person } from '../decisions/world.ts'
import { handleUtterance } from '../../../src/orchestrator/index.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { World } from '../decisions/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await openScene(world)
  await openScene(world)
})
afterAll(() => world.close())

function say(who: Person, text: string) {
  const account = { surface: 'console', tenant: 'console', user: who.id, displayName: who.name } as const
  const directory = { ...world.deps.directory, findByAccount: () => who }
  return handleUtterance(
    { ...world.deps, directory },
    { surface: 'console', account, channel: null, message: null, text },
  )
}

describe('who has no role', () => {
  it.each(['status', 'ack', 'stop', 'note hello'])('does not learn by "%s" what is open', async (text) => {
    const reply = await say(person('nobody', []), text)

    expect(reply).toMatchObject({ kind: 'refused', code: 'not_allowed' })
    expect(reply.text).not.toMatch(/INC-|errors/)
  })

  it('who has one is shown the choices', async () => {
    expect((await say(DI, 'status')).text).toMatch(/Name one.*\nINC-2 SEV2 Many errors on checkout\nINC-1/)
  })
})
