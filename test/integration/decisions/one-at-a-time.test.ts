import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { buildConversation } from '../../../src/app/build-conversation.ts'
import { openProposal } from './presses.ts'
import { BO, openWorld } from './world.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

/** T26: no approval of several plans at once; each is approved by the hash that was shown with it. */
let world: World
let both: readonly Proposal[]
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  both = [await openProposal(world), await openProposal(world)]
})

async function type(text: string): Promise<string> {
  const { directory } = world.deps
  const deps = world.replica({ directory: { ...directory, findByAccount: () => directory.findById(BO.id) } })
  const account = { surface: 'slack', tenant: 'T1', user: 'U1', displayName: 'Bo' } as const
  const reply = await buildConversation(deps).say({ surface: 'slack', account, channel: 'C1', message: '1.1', text })
  return reply.code
}

const named = () => both.map(({ id, planHash }) => `${id} ${planHash.slice(0, 8)}`)
async function states(): Promise<readonly (string | undefined)[]> {
  const found = await Promise.all(both.map(({ id }) => world.deps.stores.proposals.find(id)))
  return found.map((proposal) => proposal?.state)
}

describe('approving several plans at once', () => {
  it.each([
    ['all of them', () => 'approve all'],
    ['each with its hash', () => `approve ${named().join(' ')}`],
    ['each with its hash, as a list', () => `approve ${named().join(', ')}`],
    ['joined with "and"', () => `approve ${named().join(' and ')}`],
    [
      'two names and one hash',
      () => `approve ${both.map(({ id }) => id).join(' ')} ${both[0]?.planHash.slice(0, 8) ?? ''}`,
    ],
  ])('%s: approves none of them, and says how it is used', async (_how, text) => {
    expect(await type(text())).toBe('wrong_usage')
    expect(await states()).toEqual(['pending', 'pending'])
  })

  it('one of them by its hash: approves that one (the twin)', async () => {
    expect(await type(`approve ${named()[0] ?? ''}`)).toBe('approved')
    expect(await states()).toEqual(['approved', 'pending'])
  })
})
